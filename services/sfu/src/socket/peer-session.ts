import type { ErrorCode, NodeId } from "@radist-tech/protocol";
import type { SessionId } from "@radist-tech/protocol/bus";

/** A peer's socket as its room's home sees it, on this node or another one. */
export interface PeerSession {
  readonly id: SessionId;
  /** The node that holds the socket. */
  readonly nodeId: NodeId;
  /** Since the client was last heard, milliseconds. */
  readonly silentMs: number;
  send(frame: string): void;
  /** Sends the error, if there is one, and closes. Idempotent. */
  end(close: number, code?: ErrorCode): void;
}
