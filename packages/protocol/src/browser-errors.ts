import type { ErrorSpec } from "./error-spec.ts";

/** The part of {@link ERRORS} that a browser can meet; what only backends meet is no weight of a page. */
export const BROWSER_ERRORS = {
  // The public HTTP API.
  missing_bearer_token: { status: 401, close: null, retry: false, message: "Missing bearer token." },
  invalid_public_key: { status: 401, close: null, retry: false, message: "Invalid public key." },
  too_many_failures: { status: 429, close: 4429, retry: true, message: "Too many failed attempts. Try again later." },
  not_found: { status: 404, close: null, retry: false, message: "Not found." },
  call_not_found: { status: 404, close: null, retry: false, message: "Call not found." },
  room_not_found: { status: 404, close: null, retry: false, message: "Room not found." },
  call_private: { status: 403, close: null, retry: false, message: "Call is private." },
  peers_connected: { status: 409, close: null, retry: false, message: "All peers are already connected." },
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
