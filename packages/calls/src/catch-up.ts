import type { PeerId } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import type { Call, Peer } from "./call.ts";
import type { PeerEvent } from "./peer-events.ts";

/** What `self` missed between the view that it was last told and the call as it is. */
export function catchUp(known: CallView, now: Call, self: PeerId): PeerEvent[] {
  const forgotten = known.peers
    .filter((peer) => isSeated(peer) && now.peers.every(({ peerId }) => peerId !== peer.peerId))
    .map(({ peerId }): PeerEvent => ({ type: "peer_left", peerId, reason: "left" }));
  const changed = now.peers
    .filter((peer) => peer.peerId !== self)
    .flatMap((peer) =>
      between(
        known.peers.find(({ peerId }) => peerId === peer.peerId),
        peer,
      ),
    );
  return [...forgotten, ...changed];
}

const isSeated = ({ status }: CallView["peers"][number]): boolean =>
  status === "connected" || status === "disconnected";

function between(before: CallView["peers"][number] | undefined, after: Peer): PeerEvent[] {
  const { peerId } = after;
  const wasSeated = before !== undefined && isSeated(before);
  if (after.status === "left" || after.status === "expired") {
    return wasSeated ? [{ type: "peer_left", peerId, reason: after.status }] : [];
  }
  const events: PeerEvent[] = [];
  if (!before) events.push({ type: "peer_joined", peerId });
  else if (after.epoch > before.epoch) events.push({ type: "peer_reconnected", peerId });
  if (after.status === "disconnected" && (events.length > 0 || before?.status === "connected")) {
    events.push({ type: "peer_left", peerId, reason: "disconnected" });
  }
  return events;
}
