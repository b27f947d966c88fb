import { BROWSER_ERRORS } from "./browser-errors.ts";
import type { ErrorSpec } from "./error-spec.ts";

export type { ErrorSpec } from "./error-spec.ts";

/** What only backends and operators meet: they have a secret key or the admin token. */
const BACKEND_ERRORS = {
  // The public HTTP API.
  invalid_secret_key: { status: 401, close: null, retry: false, message: "Invalid project id or secret key." },
  invalid_admin_token: { status: 401, close: null, retry: false, message: "Invalid admin token." },
  invalid_body: { status: 400, close: null, retry: false, message: "Invalid request body." },
  invalid_page: { status: 400, close: null, retry: false, message: "Invalid page query parameter." },
  invalid_limit: { status: 400, close: null, retry: false, message: "Invalid limit query parameter." },
  invalid_idempotency_key: { status: 400, close: null, retry: false, message: "Invalid Idempotency-Key header." },
  idempotency_key_reused: {
    status: 422,
    close: null,
    retry: false,
    message: "This Idempotency-Key was already used with another request.",
  },
  idempotency_in_progress: {
    status: 409,
    close: null,
    retry: true,
    message: "A request with this Idempotency-Key is still in progress.",
  },
  body_too_large: { status: 413, close: null, retry: false, message: "Request body is too large." },
  project_not_found: { status: 404, close: null, retry: false, message: "Project not found." },
  key_not_found: { status: 404, close: null, retry: false, message: "Key not found." },
  participant_not_found: { status: 404, close: null, retry: false, message: "Participant not found." },
  invalid_interval: {
    status: 400,
    close: null,
    retry: false,
    message: "Invalid from, to or interval query parameter.",
  },
  invalid_cursor: { status: 400, close: null, retry: false, message: "Invalid after query parameter." },
  invalid_types: { status: 400, close: null, retry: false, message: "Invalid types query parameter." },
  invalid_subject: { status: 400, close: null, retry: false, message: "Invalid subject query parameter." },
  cursor_expired: {
    status: 410,
    close: null,
    retry: false,
    message: "Events after this cursor have been deleted because of their age. Start again without a cursor.",
  },
  too_many_reports: {
    status: 429,
    close: null,
    retry: true,
    message: "Too many reports and lists of this project at the same time. Try again shortly.",
  },
} as const satisfies Record<string, ErrorSpec>;

/**
 * Every error that this platform shows to a caller, once: HTTP status (RFC 9110), WebSocket close code (RFC 6455,
 * private range 44xx), whether repeating the same request can help, and the sentence that people read.
 */
export const ERRORS = { ...BACKEND_ERRORS, ...BROWSER_ERRORS } as const satisfies Record<string, ErrorSpec>;

/** A stable, snake_case name of an error. */
export type ErrorCode = keyof typeof ERRORS;

/**
 * What a caller may see. Anything else that is thrown is a bug: logged whole, shown as `internal_error`.
 *
 * @param code the row of {@link ERRORS}
 * @param detail replaces the row's sentence where a more exact one helps, such as the name of a wrong field
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly spec: ErrorSpec;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ?? ERRORS[code].message, options);
    this.name = "Refusal";
    this.code = code;
    this.spec = ERRORS[code];
  }
}
