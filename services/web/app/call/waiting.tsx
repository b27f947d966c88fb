import { ShareLink } from "../share/share-link.tsx";
import type { Other } from "./remote-peer.ts";

/** Nobody else is here: the link is what matters now. */
export function Waiting({ link, other }: { link: string; other: Other }) {
  const where = other.whereabouts.value;
  return (
    <div class="waiting" data-testid="waiting">
      <h1>{where.at === "gone" ? goneTitle(other, where.how) : "Waiting for the other person"}</h1>
      <p class="soft">
        {where.at === "gone"
          ? "They can come back by the same link."
          : "Send them this link. Whoever opens it first takes the second seat."}
      </p>
      <ShareLink link={link} to="call" />
    </div>
  );
}

const goneTitle = (other: Other, how: "left" | "expired"): string =>
  how === "left" ? `${other.name} left the call` : `${other.name} did not come back`;
