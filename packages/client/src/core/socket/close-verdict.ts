import { ERRORS, type ErrorCode } from "@radist-tech/protocol/errors";
import type { Ending } from "../../call/types.ts";
import { isPlatformCode, RadistError } from "../errors.ts";

export interface SocketClose {
  /** WebSocket close code; 1006 when the network said nothing. */
  readonly code: number;
  /** The `error` message that came before the close. */
  readonly refusal: RadistError | undefined;
  /** Whether this socket had been let in. */
  readonly joined: boolean;
  /** Whether it asked to return as an earlier peer. */
  readonly resuming: boolean;
}

/** Whether a closed socket is worth another one ("again"), by the platform's table of errors, or how it ends. */
export function judgeClose(close: SocketClose): Ending | "again" {
  if (close.code === ERRORS.call_full.close && close.joined) return { reason: "superseded" };
  const error = close.refusal ?? errorOfCode(close);
  // Too many or too large messages concern those messages; the seat is still held, and media must not end with them.
  if (!error || (close.joined && (error.code === "message_too_large" || error.code === "rate_limited"))) return "again";
  // A full call is worth another try by the person, not by a loop.
  if (error.retryable && error.code !== "call_full") return "again";
  switch (error.code) {
    case "call_terminated":
      return { reason: "terminated", error };
    case "invalid_reconnect":
      return { reason: "expired", error };
    default:
      return { reason: "failed", error };
  }
}

/** What a private close code means where no error message came before it. */
function errorOfCode({ code, joined, resuming }: SocketClose): RadistError | undefined {
  if (code < 4400) return undefined;
  if (code === ERRORS.unauthorized.close) {
    return new RadistError(joined ? "unauthorized" : resuming ? "invalid_reconnect" : "invalid_token");
  }
  if (code === ERRORS.invalid_message.closeWhenRepeated && joined) return new RadistError("invalid_message");
  const found = Object.entries(ERRORS).find(([, row]) => row.close === code)?.[0];
  return found === undefined ? undefined : new RadistError(found as ErrorCode);
}

/** The error of an `error` message, whose code a newer platform may have added. */
export function protocolError(message: { code: string; message: string; requestId?: string | undefined }): RadistError {
  const code = isPlatformCode(message.code) ? message.code : "internal_error";
  return new RadistError(code, { message: message.message, requestId: message.requestId });
}
