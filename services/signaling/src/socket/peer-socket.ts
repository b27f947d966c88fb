import { ERRORS, type ErrorCode, type ProtocolError } from "@radist-tech/protocol";
import { WebSocket } from "ws";

/** How long a socket may take to answer a close before it is cut, milliseconds. */
const CLOSE_GRACE_MS = 3_000;

const CLOSED_BY_PARSER: Partial<Record<number, ErrorCode>> = {
  1002: "invalid_message",
  1007: "invalid_message",
  1009: "message_too_large",
};

/**
 * A socket that says why before it closes: also where `ws` itself closes, for a frame that is too large (1009), not
 * UTF-8 (1007) or no frame at all (1002).
 */
export class PeerSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    const error = code === undefined ? undefined : CLOSED_BY_PARSER[code];
    if (error && this.readyState === WebSocket.OPEN) this.sendError(error);
    super.close(code, reason);
  }

  sendError(code: ErrorCode, detail?: { message?: string; requestId?: string | undefined }): void {
    const error: ProtocolError = { type: "error", code, message: detail?.message ?? ERRORS[code].message };
    this.sendText(JSON.stringify(detail?.requestId === undefined ? error : { ...error, requestId: detail.requestId }));
  }

  sendText(frame: string): void {
    // What is written to a socket that is already closing goes nowhere, and nobody waits for it.
    if (this.readyState === WebSocket.OPEN) this.send(frame, () => {});
  }

  /** Says why, closes, and cuts the connection when the other side does not answer the close. */
  refuse(code: ErrorCode, close: number, detail?: { message?: string; requestId?: string | undefined }): void {
    this.sendError(code, detail);
    this.end(close, code);
  }

  end(close: number, reason: string): void {
    super.close(close, reason);
    const cut = setTimeout(() => this.terminate(), CLOSE_GRACE_MS);
    cut.unref();
    this.once("close", () => clearTimeout(cut));
  }
}
