import {
  type ErrorCode,
  type ProtocolError,
  Refusal,
  type RoomClientMessage,
  type RoomServerMessage,
} from "@radist-tech/protocol";
import { Intake, type Keepalive } from "@radist-tech/sockets";
import type { NodeContext } from "../node/context.ts";
import { readRoomMessage } from "./read-message.ts";
import type { SocketSession } from "./socket-session.ts";

/** A message of a client, validated, and the text that it came in. */
export interface ClientFrame {
  readonly message: RoomClientMessage;
  readonly text: string;
}

/** The way from a socket to its peer, at home on this node or another one. */
export interface Line {
  handle(frame: ClientFrame): void;
  /** The socket is gone. */
  lost(): void;
  /**
   * The client has heard that it joined.
   *
   * @throws {Fenced} | {DatabaseUnavailable}
   */
  confirm(): Promise<void>;
}

/** Reads a socket that is attached to a peer, and passes on what it sends. */
export function converse(node: NodeContext, session: SocketSession, line: Line, keepalive: Keepalive): void {
  const { socket } = session;
  const { MESSAGES_PER_SECOND: perSecond, MESSAGE_BURST: burst, RATE_LIMIT_PATIENCE_MS: patienceMs } = node.limits;
  const count = (code: ErrorCode): void => node.metrics.errors.inc({ code });
  const intake = new Intake({
    socket,
    limits: { perSecond, burst, patienceMs },
    read: readRoomMessage,
    count,
    pong: (pong) => session.send(JSON.stringify(pong)),
    iceFailed: (failure) => {
      node.metrics.iceFailures.count(failure);
      const { requestId } = failure;
      if (requestId !== undefined) session.send(JSON.stringify({ type: "ack", requestId } satisfies RoomServerMessage));
    },
    refuse: (code, requestId, message = new Refusal(code).message) => {
      count(code);
      const error: ProtocolError = { type: "error", code, message, ...(requestId !== undefined && { requestId }) };
      session.send(JSON.stringify(error));
    },
  });
  // It may have been closed while its seat was being taken.
  if (socket.readyState === socket.CLOSED) return line.lost();
  let hasLeft = false;
  socket.on("close", (code: number) => {
    // A close frame of the client is a sign of life.
    if (code !== 1006) session.heard();
    line.lost();
  });
  keepalive.watch(socket);
  const heard = (): void => {
    keepalive.heard(socket);
    session.heard();
  };
  socket.on("pong", heard);
  socket.on("ping", heard);
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    heard();
    if (hasLeft) return;
    const taken = intake.take(data, isBinary);
    if (!taken) return;
    hasLeft = taken.message.type === "leave-room";
    line.handle(taken);
  });
}
