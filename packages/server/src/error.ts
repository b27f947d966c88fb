import { ERRORS, type ErrorCode } from "@radist-tech/protocol/errors";

/** Failures that the platform itself does not name, because no answer of it was there to read. */
export type LocalErrorCode =
  | "missing_secret_key"
  | "missing_project_id"
  | "invalid_api_base_url"
  | "invalid_argument"
  | "network_error"
  | "timeout"
  | "unexpected_response";

/** Stable, snake_case name of a failure: one of the platform's own, or a {@link LocalErrorCode}. */
export type RadistServerErrorCode = ErrorCode | LocalErrorCode;

export interface RadistServerErrorDetails {
  readonly status?: number | undefined;
  readonly code: RadistServerErrorCode;
  readonly requestId?: string | undefined;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/**
 * The only error that this package throws for a request that failed.
 *
 * @example
 * try {
 *   await radist.mintConnectionToken({ callId });
 * } catch (error) {
 *   if (error instanceof RadistServerError && error.code === "call_terminated") return gone();
 *   throw error;
 * }
 */
export class RadistServerError extends Error {
  /** HTTP status of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** Stable name of the failure, for programs. `message` is for people. */
  readonly code: RadistServerErrorCode;
  /** Names this request in the platform's logs; quote it when you ask for help. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed later. The client has already tried again a few times where that was safe. */
  readonly retryable: boolean;

  constructor(message: string, details: RadistServerErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RadistServerError";
    this.status = details.status;
    this.code = details.code;
    this.requestId = details.requestId;
    this.retryable = details.retryable;
  }
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(ERRORS, code);

/** An answer of the API, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * The error that an answer outside 2xx stands for. An answer that no Radist API wrote, such as a gateway's page,
 * becomes `unavailable` for 502–504 and otherwise `unexpected_response`.
 */
export function errorOfAnswer({ status, headers, text }: Answer): RadistServerError {
  const body = parseRecord(text);
  const sentence = typeof body.error === "string" ? body.error : undefined;
  const requestId = typeof body.requestId === "string" ? body.requestId : (headers.get("x-request-id") ?? undefined);

  const named = body.code;
  if (isErrorCode(named)) {
    const spec = ERRORS[named];
    return new RadistServerError(sentence ?? spec.message, { status, code: named, requestId, retryable: spec.retry });
  }
  const retryable = status === 429 || status >= 500;
  const code = status >= 502 && status <= 504 ? "unavailable" : "unexpected_response";
  const message = sentence ?? `The API answered with HTTP ${status}.`;
  return new RadistServerError(message, { status, code, requestId, retryable });
}

/** An object of JSON; empty for any other text. */
function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
