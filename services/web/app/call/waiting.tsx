import { ShareLink } from "../share/share-link.tsx";
import type { RemotePeer } from "./remote-peer.ts";

/** No one else is here: the link is what matters now. */
export function Waiting({ link, peer }: { link: string; peer: RemotePeer }) {
  const where = peer.status.value;
  return (
    <div class="waiting" data-testid="waiting">
      <h1>{where.at === "gone" ? goneTitle(peer, where.how) : "Waiting for the other person"}</h1>
      <p class="soft">
        {where.at === "gone"
          ? "They can come back with the same link."
          : "Send them this link. The first person to open it can join you."}
      </p>
      <ShareLink link={link} to="call" />
    </div>
  );
}

const goneTitle = (peer: RemotePeer, how: "left" | "expired"): string =>
  how === "left" ? `${peer.name} left the call` : `${peer.name} did not come back`;
