import { type ErrorCode, type ProtocolError, Refusal, RoomClientMessage } from "@radist-tech/protocol";
import { Intake, type Keepalive, messageReader } from "@radist-tech/sockets";
import type { NodeContext } from "../node/context.ts";
import type { SocketSession } from "./socket-session.ts";

const read = messageReader(RoomClientMessage);

/** The way from a socket to its peer, at home on this node or another one. */
export interface Line {
  hear(message: RoomClientMessage): void;
  /** The socket is gone. */
  lost(): void;
}

/** Listens to a socket that has its place in a room, and passes on what it says. */
export function converse(node: NodeContext, session: SocketSession, line: Line, keepalive: Keepalive): void {
  const { socket } = session;
  const { MESSAGES_PER_SECOND: perSecond, MESSAGE_BURST: burst, RATE_LIMIT_PATIENCE_MS: patienceMs } = node.limits;
  const count = (code: ErrorCode): void => node.metrics.errors.inc({ code });
  const intake = new Intake({
    socket,
    limits: { perSecond, burst, patienceMs },
    read,
    count,
    refuse: (code, requestId, message = new Refusal(code).message) => {
      count(code);
      const error: ProtocolError = { type: "error", code, message, ...(requestId !== undefined && { requestId }) };
      session.tell(JSON.stringify(error));
    },
  });
  // It may have gone while its place was being taken.
  if (socket.readyState === socket.CLOSED) return line.lost();
  let hasLeft = false;
  socket.on("close", (code: number) => {
    // A close that the client said, or answered, is a sign of life.
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
    line.hear(taken.message);
  });
}
