import { ERRORS, type ErrorCode, Refusal } from "@radist-tech/protocol";
import { RadistServerError } from "@radist-tech/server";

/** What the API says about a call or a room is for the page as well; what it says about our key is not. */
const SHOWN: ReadonlySet<string> = new Set<ErrorCode>([
  "call_not_found",
  "call_terminated",
  "peers_connected",
  "room_not_found",
  "room_terminated",
  "connection_limit",
]);

/** What the page is told about a failure of ours: the call's or room's state, `unavailable`, or `internal_error`. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof RadistServerError)) return new Refusal("internal_error", undefined, { cause: error });
  if (SHOWN.has(error.code)) return new Refusal(error.code as ErrorCode, ERRORS[error.code as ErrorCode].message);
  return new Refusal(error.retryable ? "unavailable" : "internal_error", undefined, { cause: error });
}
