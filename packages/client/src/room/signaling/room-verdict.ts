import { RadistError, type RadistErrorCode } from "../../core/errors.ts";
import type { RoomEnding } from "../types.ts";

export interface RoomSocketClose {
  /** WebSocket close code; 1006 when the network said nothing. */
  readonly code: number;
  /** The `error` message that came before the close. */
  readonly refusal: RadistError | undefined;
  /** Whether this socket had been let in. */
  readonly joined: boolean;
  /** Whether it asked to return to its place. */
  readonly resuming: boolean;
}

/** Whether a closed room socket is worth another one ("again"), by the platform's table of errors, or how it ends. */
export function judgeRoomClose(close: RoomSocketClose): RoomEnding | "again" {
  const { code, joined } = close;
  if (code === 1000 && joined) return { reason: "left", code };
  const error = close.refusal ?? errorOfCode(close);
  if (!error) return "again";
  switch (error.code) {
    case "superseded":
      return { reason: "superseded", code, error };
    case "kicked":
      return { reason: "kicked", code, error };
    case "room_terminated":
      return { reason: "terminated", code, error };
    case "invalid_reconnect":
      return { reason: "expired", code, error };
    // A full room is worth another try by the person, not by a loop.
    case "room_full":
      return { reason: "failed", code, error };
    // These concern messages; the place is still held, and media must not end with them.
    case "rate_limited":
    case "message_too_large":
      return "again";
    default:
      return error.retryable ? "again" : { reason: "failed", code, error };
  }
}

/** What a private close code means where no error message came before it. */
function errorOfCode({ code, joined, resuming }: RoomSocketClose): RadistError | undefined {
  const meaning: Readonly<Record<number, RadistErrorCode>> = {
    4400: joined ? "invalid_message" : "invalid_connection_request",
    4401: joined ? "unauthorized" : resuming ? "invalid_reconnect" : "invalid_token",
    4403: joined ? "kicked" : "origin_not_allowed",
    4409: joined ? "superseded" : "room_full",
    4410: "room_terminated",
    4429: "rate_limited",
  };
  const found = meaning[code];
  return found && new RadistError(found);
}
