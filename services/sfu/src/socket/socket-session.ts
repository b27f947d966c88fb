import { ERRORS, type ErrorCode, type NodeId, newSessionId, type SessionId } from "@radist-tech/protocol";
import type { PeerSocket } from "@radist-tech/sockets";
import type { PeerSession } from "../home/session.ts";

/** A socket of this node. */
export class SocketSession implements PeerSession {
  readonly id: SessionId = newSessionId();
  readonly nodeId: NodeId;
  readonly socket: PeerSocket;
  readonly #maxUnsentBytes: number;
  #heardAt = performance.now();

  constructor(nodeId: NodeId, socket: PeerSocket, maxUnsentBytes: number) {
    this.nodeId = nodeId;
    this.socket = socket;
    this.#maxUnsentBytes = maxUnsentBytes;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  tell(frame: string): void {
    const { socket } = this;
    socket.sendText(frame);
    if (this.isOpen && socket.bufferedAmount > this.#maxUnsentBytes) {
      socket.refuse("slow_consumer", ERRORS.slow_consumer.close);
    }
  }

  end(close: number, code?: ErrorCode): void {
    if (code) this.socket.refuse(code, close);
    else this.socket.end(close, "left");
  }
}
