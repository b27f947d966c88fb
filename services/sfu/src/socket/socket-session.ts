import { ERRORS, type ErrorCode, type NodeId, newSessionId, type SessionId } from "@radist-tech/protocol";
import type { PeerSocket } from "@radist-tech/sockets";
import type { PeerSession } from "../home/session.ts";

/** A socket of this node. */
export class SocketSession implements PeerSession {
  readonly id: SessionId = newSessionId();
  readonly nodeId: NodeId;
  readonly socket: PeerSocket;
  readonly #maxUnsentBytes: number;

  constructor(nodeId: NodeId, socket: PeerSocket, maxUnsentBytes: number) {
    this.nodeId = nodeId;
    this.socket = socket;
    this.#maxUnsentBytes = maxUnsentBytes;
  }

  tell(frame: string): void {
    const { socket } = this;
    socket.sendText(frame);
    if (socket.readyState === socket.OPEN && socket.bufferedAmount > this.#maxUnsentBytes) {
      socket.refuse("slow_consumer", ERRORS.slow_consumer.close);
    }
  }

  end(close: number, code?: ErrorCode): void {
    if (code) this.socket.refuse(code, close);
    else this.socket.end(close, "left");
  }
}
