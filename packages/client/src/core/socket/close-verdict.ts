import { RadistError, type RadistErrorCode } from "../errors.ts";

/** What is known of a socket that closed. */
export interface CloseEvidence {
  /** WebSocket close code; 1006 when the network gave none. */
  readonly code: number;
  /** The `error` message that came before the close. */
  readonly refusal: RadistError | undefined;
  /** Whether this socket had been admitted. */
  readonly joined: boolean;
  /** Whether it asked to return as an earlier peer. */
  readonly resuming: boolean;
}

/** What calls and rooms call the same things. */
export interface CloseRules<Reason extends string> {
  /** The error of close code 4409 before the join. */
  readonly full: RadistErrorCode;
  /** The error of close code 4410. */
  readonly terminated: RadistErrorCode;
  /** Errors that end the connection for a reason of their own; others end it as `failed`, or are retried. */
  readonly reasons: Readonly<Partial<Record<RadistErrorCode, Reason>>>;
}

/** Whether to open another socket after one that closed, by the platform's table of errors, or why the connection is over. */
export function judgeClose<Reason extends string>(
  close: CloseEvidence,
  rules: CloseRules<Reason>,
): { readonly reason: Reason | "failed"; readonly error: RadistError } | "retry" {
  const error = close.refusal ?? errorOfCode(close, rules);
  if (!error) return "retry";
  const reason = rules.reasons[error.code];
  if (reason !== undefined) return { reason, error };
  // This error concerns one message; the peer is still in, and its media must not end with that message.
  if (close.joined && error.code === "message_too_large") return "retry";
  // A full call or room is retried by the user, not by a loop.
  return error.retryable && error.code !== rules.full ? "retry" : { reason: "failed", error };
}

/** What a private close code means when no error message came before it. */
function errorOfCode(
  { code, joined, resuming }: CloseEvidence,
  { full, terminated }: CloseRules<string>,
): RadistError | undefined {
  const meanings: Readonly<Record<number, RadistErrorCode>> = {
    4400: joined ? "invalid_message" : "invalid_connection_request",
    4401: joined ? "unauthorized" : resuming ? "invalid_reconnect" : "invalid_token",
    4403: joined ? "kicked" : "origin_not_allowed",
    4409: joined ? "superseded" : full,
    4410: terminated,
    4429: "rate_limited",
  };
  const meaning = meanings[code];
  return meaning && new RadistError(meaning);
}
