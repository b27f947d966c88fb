import { type PeerId, Refusal } from "@radist-tech/protocol";
import type { Request, RequestContext } from "./context.ts";

// End-to-end keys are passed on as they are; only the last announcement of each peer is kept.

export function announce({ room, peerId }: RequestContext, { publicKey, keyId }: Request<"e2ee-announce">): undefined {
  room.apply({ type: "announce", peerId, publicKey, keyId });
}

export function sendKey(context: RequestContext, message: Request<"e2ee-key">): undefined {
  const { targetPeerId, keyId, wrappedKey, wrapIv } = message;
  context.room.send({
    to: [reachable(context, targetPeerId)],
    message: { type: "e2ee-peer-key", fromPeerId: context.peerId, keyId, wrappedKey, wrapIv },
  });
}

export function requestKey(context: RequestContext, { targetPeerId }: Request<"e2ee-request-key">): undefined {
  context.room.send({
    to: [reachable(context, targetPeerId)],
    message: { type: "e2ee-key-requested", fromPeerId: context.peerId },
  });
}

/** Nothing is dropped silently: a peer that cannot be reached now is an error. */
function reachable({ room: { room }, peerId }: RequestContext, targetPeerId: PeerId): PeerId {
  const target = room.peers.get(targetPeerId);
  if (!target || targetPeerId === peerId) throw new Refusal("peer_not_found", "No such peer in this room.");
  if (target.status !== "connected") throw new Refusal("peer_not_connected", "The peer has lost its connection.");
  return targetPeerId;
}
