import { ERRORS, type ErrorCode, type NodeId } from "@radist-tech/protocol";
import { newSessionId, type SessionId } from "@radist-tech/protocol/bus";
import type { PeerSocket } from "@radist-tech/sockets";
import { Backlog } from "./backlog.ts";
import type { PeerSession } from "./peer-session.ts";

/** A socket of this node. */
export class SocketSession implements PeerSession {
  readonly id: SessionId = newSessionId();
  readonly nodeId: NodeId;
  readonly socket: PeerSocket;
  readonly #unsent: Backlog;
  #heardAt = performance.now();

  constructor(nodeId: NodeId, socket: PeerSocket, maxUnsentBytes: number) {
    this.nodeId = nodeId;
    this.socket = socket;
    this.#unsent = new Backlog(maxUnsentBytes);
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

  send(frame: string): void {
    const { socket } = this;
    socket.sendText(frame);
    // Of text that is unsent `ws` and Node count the UTF-16 length.
    if (this.isOpen && this.#unsent.isTooLong(frame.length, socket.bufferedAmount)) {
      socket.refuse("slow_consumer", ERRORS.slow_consumer.close);
    }
  }

  end(close: number, code?: ErrorCode): void {
    if (code) this.socket.refuse(code, close);
    else this.socket.end(close, "left");
  }
}
