import { ShareLink } from "../share/share-link.tsx";
import "./invite-tile.css";

/** No one else is here: the link is what matters now. */
export function InviteTile({ link }: { link: string }) {
  return (
    <li class="tile invite" data-testid="invite">
      <h1>No one else is here yet</h1>
      <p class="soft">Send this link to the people you want to invite.</p>
      <ShareLink link={link} to="room" />
    </li>
  );
}
