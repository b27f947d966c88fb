/** What an error means to the API (`status`), to a socket (`close`, null keeps it open) and to a client (`retry`). */
export interface ErrorSpec {
  readonly status: number;
  readonly close: number | null;
  /** Closes the socket with this code when the same error goes on and on. */
  readonly closeWhenRepeated?: number;
  readonly retry: boolean;
  readonly message: string;
}

/**
 * Every error that this platform shows to a caller, once: HTTP status (RFC 9110), WebSocket close code (RFC 6455,
 * private range 44xx), whether repeating the same request can help, and the sentence that people read.
 */
export const ERRORS = {
  // The public HTTP API.
  missing_bearer_token: { status: 401, close: null, retry: false, message: "Missing bearer token." },
  invalid_public_key: { status: 401, close: null, retry: false, message: "Invalid public key." },
  invalid_secret_key: { status: 401, close: null, retry: false, message: "Invalid project id or secret key." },
  invalid_admin_token: { status: 401, close: null, retry: false, message: "Invalid admin token." },
  too_many_failures: { status: 429, close: 4429, retry: true, message: "Too many failed attempts. Try again later." },
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
  not_found: { status: 404, close: null, retry: false, message: "Not found." },
  project_not_found: { status: 404, close: null, retry: false, message: "Project not found." },
  key_not_found: { status: 404, close: null, retry: false, message: "Key not found." },
  call_not_found: { status: 404, close: null, retry: false, message: "Call not found." },
  call_private: { status: 403, close: null, retry: false, message: "Call is private." },
  peers_connected: { status: 409, close: null, retry: false, message: "All peers are already connected." },
  room_not_found: { status: 404, close: null, retry: false, message: "Room not found." },
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
  too_many_tokens: { status: 429, close: null, retry: true, message: "Too many unused tokens." },
  connection_limit: { status: 429, close: null, retry: true, message: "Connection limit reached." },

  // Opening a socket.
  upgrade_required: {
    status: 426,
    close: null,
    retry: false,
    message: "This path accepts WebSocket connections only.",
  },
  invalid_connection_request: {
    status: 400,
    close: 4400,
    retry: false,
    message: "Provide either callToken or the full reconnect payload.",
  },
  unauthorized: { status: 401, close: 4401, retry: false, message: "Invalid public key." },
  invalid_token: { status: 401, close: 4401, retry: false, message: "Invalid or already consumed call token." },
  invalid_reconnect: { status: 401, close: 4401, retry: false, message: "Invalid or expired reconnect token." },
  origin_not_allowed: { status: 403, close: 4403, retry: false, message: "Origin is not allowed for this project." },
  call_full: { status: 409, close: 4409, retry: true, message: "Both seats of this call are taken." },
  call_terminated: { status: 410, close: 4410, retry: false, message: "Call has been terminated." },
  room_full: { status: 409, close: 4409, retry: true, message: "All places in this room are taken." },
  room_terminated: { status: 410, close: 4410, retry: false, message: "Room has been terminated." },
  superseded: { status: 409, close: 4409, retry: false, message: "Another socket took over this peer." },
  kicked: { status: 403, close: 4403, retry: false, message: "You were removed from this room." },

  // On an open socket.
  invalid_message: { status: 400, close: null, closeWhenRepeated: 4400, retry: false, message: "Invalid message." },
  unsupported_message: { status: 400, close: null, retry: false, message: "Unknown message type." },
  peer_not_found: { status: 404, close: null, retry: false, message: "No such peer in this call." },
  peer_not_connected: {
    status: 409,
    close: null,
    retry: true,
    message: "The peer cannot be reached and its held signals are at their limit.",
  },
  not_allowed: { status: 403, close: null, retry: false, message: "Your token does not grant this." },
  transport_not_found: { status: 404, close: null, retry: false, message: "You have no such transport." },
  producer_not_found: { status: 404, close: null, retry: false, message: "No such producer in this room." },
  consumer_not_found: { status: 404, close: null, retry: false, message: "You have no such consumer." },
  cannot_consume: {
    status: 409,
    close: null,
    retry: false,
    message: "Your capabilities do not include what this producer sends.",
  },
  e2ee_required: {
    status: 409,
    close: null,
    retry: false,
    message: "This room is end-to-end encrypted: announce your key before you publish.",
  },
  too_many: {
    status: 429,
    close: null,
    retry: false,
    message: "This peer has reached its limit for objects of this kind.",
  },
  rate_limited: {
    status: 429,
    close: null,
    closeWhenRepeated: 4429,
    retry: true,
    message: "Too many messages. Slow down.",
  },
  message_too_large: { status: 413, close: 1009, retry: false, message: "Message is larger than 64 KiB." },
  slow_consumer: { status: 503, close: 1013, retry: true, message: "The socket does not read fast enough." },

  // Either.
  unavailable: { status: 503, close: 1012, retry: true, message: "Temporarily unavailable. Try again shortly." },
  internal_error: { status: 500, close: 1011, retry: true, message: "Something went wrong on our side." },
} as const satisfies Record<string, ErrorSpec>;

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
