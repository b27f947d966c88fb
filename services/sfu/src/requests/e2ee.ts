import { type PeerId, Refusal } from "@radist-tech/protocol";
import type { Asked, Request } from "./reply.ts";

// End-to-end keys pass through as they stand; only the last announcement of each peer is kept.

export function announce({ room, peer }: Asked, { publicKey, keyId }: Request<"e2ee-announce">): undefined {
  room.apply({ type: "announce", peerId: peer.peerId, publicKey, keyId });
}

export function deliverKey(asked: Asked, message: Request<"e2ee-key">): undefined {
  const { targetPeerId, keyId, wrappedKey, wrapIv } = message;
  const fromPeerId = asked.peer.peerId;
  asked.room.deliver({
    to: [reachable(asked, targetPeerId)],
    message: { type: "e2ee-peer-key", fromPeerId, keyId, wrappedKey, wrapIv },
  });
}

export function requestKey(asked: Asked, { targetPeerId }: Request<"e2ee-request-key">): undefined {
  const fromPeerId = asked.peer.peerId;
  asked.room.deliver({
    to: [reachable(asked, targetPeerId)],
    message: { type: "e2ee-key-requested", fromPeerId },
  });
}

/** Nothing is dropped silently: a peer that cannot be reached now is an error. */
function reachable({ room, peer }: Asked, targetPeerId: PeerId): PeerId {
  const target = room.room.peers.get(targetPeerId);
  if (!target || targetPeerId === peer.peerId) throw new Refusal("peer_not_found", "No such peer in this room.");
  if (target.status !== "connected") throw new Refusal("peer_not_connected", "The peer has lost its connection.");
  return targetPeerId;
}
