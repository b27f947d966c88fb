import { ERRORS, type ErrorCode, type NodeId } from "@radist-tech/protocol";
import { newSessionId, type SessionId } from "@radist-tech/protocol/bus";
import type { PeerSocket } from "@radist-tech/sockets";
import { Backlog } from "./backlog.ts";
import type { PeerSession } from "./peer-session.ts";

/** Of the ping that confirms a join. */
const JOINED_MARK = "joined";

/** A socket of this node. */
export class SocketSession implements PeerSession {
  readonly id: SessionId = newSessionId();
  readonly nodeId: NodeId;
  readonly socket: PeerSocket;
  readonly #unsent: Backlog;
  #heardAt = performance.now();
  #hasSent = false;
  #askWhenSent = false;

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

  /** Asks whether the first frame, which says that it joined, has arrived: now, or when that has been sent. */
  askWhetherJoined(onConfirmed: () => void): void {
    const { socket } = this;
    const confirm = (mark: Buffer): void => {
      if (mark.toString() !== JOINED_MARK) return;
      socket.off("pong", confirm);
      onConfirmed();
    };
    socket.on("pong", confirm);
    if (this.#hasSent) this.#ask();
    else this.#askWhenSent = true;
  }

  #ask(): void {
    this.#askWhenSent = false;
    if (this.isOpen) this.socket.ping(JOINED_MARK);
  }

  send(frame: string): void {
    const { socket } = this;
    socket.sendText(frame);
    this.#hasSent = true;
    if (this.#askWhenSent) this.#ask();
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
