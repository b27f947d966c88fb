import { ERRORS, type ErrorCode, Refusal } from "@radist-tech/protocol";
import { RadistServerError } from "@radist-tech/server";

/** Errors about a call or a room are passed on to the page; errors about our key are not. */
const SHOWN: ReadonlySet<string> = new Set<ErrorCode>([
  "call_not_found",
  "call_terminated",
  "peers_connected",
  "room_not_found",
  "room_terminated",
  "connection_limit",
  "too_many_tokens",
]);

/** The refusal that the page gets: the state of the call or room, `unavailable`, or `internal_error`. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof RadistServerError)) return new Refusal("internal_error", undefined, { cause: error });
  if (SHOWN.has(error.code)) return new Refusal(error.code as ErrorCode, ERRORS[error.code as ErrorCode].message);
  return new Refusal(error.retryable ? "unavailable" : "internal_error", undefined, { cause: error });
}
