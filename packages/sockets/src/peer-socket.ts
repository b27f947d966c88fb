import { ERRORS, type ErrorCode, type ProtocolError } from "@radist-tech/protocol";
import { WebSocket } from "ws";

/** How long a socket may take to answer a close before it is cut, milliseconds. */
const CLOSE_GRACE_MS = 3_000;

/** The close codes of `ws` itself: protocol error, invalid UTF-8 (1007), too many fragments (1008), too large (1009). */
const CLOSED_BY_PARSER: Partial<Record<number, { readonly code: ErrorCode; readonly close: number }>> = {
  1002: { code: "invalid_message", close: 1002 },
  1007: { code: "invalid_message", close: 1007 },
  1008: { code: "message_too_large", close: ERRORS.message_too_large.close },
  1009: { code: "message_too_large", close: ERRORS.message_too_large.close },
};

/** A socket that sends the reason before it closes, even when `ws` itself closes it. */
export class PeerSocket extends WebSocket {
  #isEnding = false;

  override close(code?: number, reason?: string | Buffer): void {
    // When `ws` closes on its own it gives no reason; when it answers a client's close it repeats the client's reason.
    const refusal = code === undefined || reason !== undefined ? undefined : CLOSED_BY_PARSER[code];
    if (refusal && this.readyState === WebSocket.OPEN) this.refuse(refusal.code, refusal.close);
    else super.close(code, reason);
  }

  sendError(code: ErrorCode, detail?: { message?: string; requestId?: string | undefined }): void {
    const error: ProtocolError = { type: "error", code, message: detail?.message ?? ERRORS[code].message };
    this.sendText(JSON.stringify(detail?.requestId === undefined ? error : { ...error, requestId: detail.requestId }));
  }

  sendText(frame: string): void {
    // Frames for a socket that is already closing are dropped.
    if (this.readyState === WebSocket.OPEN) this.send(frame, () => {});
  }

  /** Sends the reason, closes, and cuts the connection if the other side does not answer the close. */
  refuse(code: ErrorCode, close: number, detail?: { message?: string; requestId?: string | undefined }): void {
    this.sendError(code, detail);
    this.end(close, code);
  }

  /** The first code counts: a client that keeps sending may be refused several times before it is cut. */
  end(close: number, reason: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    super.close(close, reason);
    const cut = setTimeout(() => this.terminate(), CLOSE_GRACE_MS);
    cut.unref();
    this.once("close", () => clearTimeout(cut));
  }
}
