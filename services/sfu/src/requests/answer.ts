import { randomUUID } from "node:crypto";
import { type ErrorCode, type ProtocolError, Refusal, type RoomClientMessage } from "@radist-tech/protocol";
import type { LivePeer } from "../home/live-peer.ts";
import type { LiveRoom } from "../home/room-home.ts";
import * as consumers from "./consumers.ts";
import * as data from "./data.ts";
import * as e2ee from "./e2ee.ts";
import * as producers from "./producers.ts";
import type { Asked, Reply } from "./reply.ts";
import * as transports from "./transports.ts";

/** Does what a client asks for, and answers: the reply, an `ack` where it has none of its own, or the error. */
export async function answer(room: LiveRoom, peer: LivePeer, message: RoomClientMessage): Promise<void> {
  const { requestId } = message;
  try {
    const reply = await handle({ room, peer }, message);
    if (reply) peer.tell(requestId === undefined ? reply : { ...reply, requestId });
    else if (requestId !== undefined) peer.tell({ type: "ack", requestId });
    if (message.type === "leave-room") {
      peer.session?.end(1000);
      room.leave(peer, "left");
    }
  } catch (error) {
    // Gone while it was done: there is nobody to answer.
    if (room.peers.get(peer.peerId) !== peer) return;
    peer.tell(errorFrame(room, peer, error, requestId));
  }
}

async function handle(asked: Asked, message: RoomClientMessage): Promise<Reply | undefined> {
  switch (message.type) {
    case "connect-transport":
      return transports.connect(asked, message);
    case "restart-ice":
      return transports.restartIce(asked, message);
    case "get-stats":
      return transports.stats(asked, message);
    case "produce":
      return producers.produce(asked, message);
    case "pause-producer":
      return producers.pause(asked, message, true);
    case "resume-producer":
      return producers.pause(asked, message, false);
    case "close-producer":
      return producers.close(asked, message);
    case "consume":
      return consumers.consume(asked, message);
    case "pause-consumer":
      return consumers.pause(asked, message, true);
    case "resume-consumer":
      return consumers.pause(asked, message, false);
    case "close-consumer":
      return consumers.close(asked, message);
    case "set-preferred-layer":
      return consumers.setPreferredLayer(asked, message);
    case "set-priority":
      return consumers.setPriority(asked, message);
    case "set-view":
      return consumers.setView(asked, message);
    case "produce-data":
      return data.produceData(asked, message);
    case "consume-data":
      return data.consumeData(asked, message);
    case "resume-data-consumer":
      return data.resumeDataConsumer(asked, message);
    case "close-data-producer":
      return data.closeDataProducer(asked, message);
    case "close-data-consumer":
      return data.closeDataConsumer(asked, message);
    case "e2ee-announce":
      return e2ee.announce(asked, message);
    case "e2ee-key":
      return e2ee.deliverKey(asked, message);
    case "e2ee-request-key":
      return e2ee.requestKey(asked, message);
    case "leave-room":
      return undefined;
  }
}

/** Tells a peer that its request was not taken on. */
export function refuse(room: LiveRoom, peer: LivePeer, refusal: Refusal, requestId?: string): void {
  peer.tell(errorFrame(room, peer, refusal, requestId));
}

function errorFrame(room: LiveRoom, { peerId, media }: LivePeer, error: unknown, requestId?: string): ProtocolError {
  const { metrics, logger } = room.node;
  const frame = (code: ErrorCode, message: string, id = requestId): ProtocolError => ({
    type: "error",
    code,
    message,
    ...(id !== undefined && { requestId: id }),
  });
  const refusal =
    error instanceof Refusal
      ? error
      : // Its worker died under it; new transports are on their way.
        !media || media.place.router.closed
        ? new Refusal("unavailable")
        : undefined;
  metrics.errors.inc({ code: refusal?.code ?? "internal_error" });
  if (refusal) return frame(refusal.code, refusal.message);
  const id = requestId ?? randomUUID();
  logger.error({ err: error, roomId: room.claim.roomId, peerId, requestId: id }, "a request could not be handled");
  const internal = new Refusal("internal_error");
  return frame(internal.code, internal.message, id);
}
