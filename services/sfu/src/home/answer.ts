import { randomUUID } from "node:crypto";
import { type ErrorCode, type ProtocolError, Refusal, type RoomClientMessage } from "@radist-tech/protocol";
import type { RequestContext } from "../requests/context.ts";
import { handle } from "../requests/handle.ts";
import type { LivePeer } from "./live-peer.ts";
import type { RoomParts } from "./room-parts.ts";

/** Handles a request and answers it: with the reply, an `ack` where it has none of its own, or the error. */
export async function answer(parts: RoomParts, peer: LivePeer, message: RoomClientMessage): Promise<void> {
  const { requestId } = message;
  try {
    const reply = await handle(contextOf(parts, peer), message);
    if (reply) peer.send(requestId === undefined ? reply : { ...reply, requestId });
    else if (requestId !== undefined) peer.send({ type: "ack", requestId });
  } catch (error) {
    // If it has left since, there is nobody to answer.
    if (parts.state.peers.get(peer.peerId) === peer) peer.send(errorFrame(parts, peer, error, requestId));
  }
}

/** Tells a peer that its request was not taken on. */
export function refuse(parts: RoomParts, peer: LivePeer, refusal: Refusal, requestId?: string): void {
  peer.send(errorFrame(parts, peer, refusal, requestId));
}

function contextOf({ state, media, node }: RoomParts, { peerId }: LivePeer): RequestContext {
  return {
    peerId,
    room: state,
    limits: node.limits,
    speakers: media.speakers,
    get media() {
      const own = media.of(peerId);
      if (!own) throw new Refusal("unavailable", "Your transports are being replaced.");
      return own;
    },
  };
}

function errorFrame(parts: RoomParts, { peerId }: LivePeer, error: unknown, requestId?: string): ProtocolError {
  const { metrics, logger } = parts.node;
  const media = parts.media.of(peerId);
  const frame = (code: ErrorCode, message: string, id = requestId): ProtocolError => ({
    type: "error",
    code,
    message,
    ...(id !== undefined && { requestId: id }),
  });
  const refusal =
    error instanceof Refusal
      ? error
      : // Its worker died during the request; new transports are on their way.
        !media || media.site.isClosed
        ? new Refusal("unavailable")
        : undefined;
  metrics.errors.inc({ code: refusal?.code ?? "internal_error" });
  if (refusal) return frame(refusal.code, refusal.message);
  const id = requestId ?? randomUUID();
  const { roomId } = parts.state.room;
  logger.error({ err: error, roomId, peerId, requestId: id }, "a request could not be handled");
  const internal = new Refusal("internal_error");
  return frame(internal.code, internal.message, id);
}
