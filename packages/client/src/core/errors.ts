import type { ErrorBody } from "@radist-tech/protocol";
import { BROWSER_ERRORS } from "@radist-tech/protocol/browser-errors";

/** Errors that arise in the browser, each with whether trying the same again can help. */
const CLIENT_ERRORS = {
  /** The user, or the page's policy, refused the camera, the microphone or the screen. */
  permission_denied: { retry: false, message: "Permission to use the camera, microphone or screen was denied." },
  /** There is no camera or microphone, or none that meets the constraints. */
  device_not_found: { retry: false, message: "No camera or microphone was found." },
  /** Another application is using the device. */
  device_in_use: { retry: true, message: "The camera or microphone is in use by another application." },
  /** The browser cannot capture: an insecure origin, or no such API. */
  media_unsupported: { retry: false, message: "This browser or page cannot capture media. HTTPS is required." },
  /** The platform could not be reached. */
  network_error: { retry: true, message: "The network or the server could not be reached." },
  /** A value passed to the SDK is not valid. */
  invalid_argument: { retry: false, message: "Invalid argument." },
  /** The connection is closed for good; create another one. */
  connection_closed: { retry: false, message: "The connection is closed." },
  /** Another tab of this browser has the seat that was to be resumed, as when a tab was duplicated. */
  seat_in_use: { retry: false, message: "Another tab has this place. Join to take one of your own." },
  /** `send` before `datachannelopen`, or after the other peer went away. */
  data_channel_not_open: { retry: true, message: "The data channel is not open." },
  /** The message is larger than the other peer's browser accepts. */
  data_too_large: { retry: false, message: "The message is too large for the data channel." },
  /** Media has had no path for 15 seconds. The SDK keeps looking for one. */
  no_media_path: {
    retry: true,
    message:
      "Sound and video cannot get through. A firewall or VPN may block them: try another network, or switch off the VPN.",
  },
  /** A participant takes messages more slowly than they are sent, and no more of them can be kept for it. */
  receiver_too_slow: { retry: true, message: "A participant receives messages more slowly than they are sent." },
  /** One side of a file's transfer cancelled it. */
  file_cancelled: { retry: false, message: "The file was cancelled." },
  /** The browser refused a session description or a candidate. The SDK starts a new media session. */
  negotiation_failed: { retry: true, message: "The peers could not agree on a media session." },
} as const;

/** The errors of the platform that reach a browser. */
type ErrorCode = keyof typeof BROWSER_ERRORS;

/** The stable name of an error: one of the platform's table, or one that arises in the browser. */
export type RadistErrorCode = ErrorCode | keyof typeof CLIENT_ERRORS;

/** What every method of this package rejects with, and what the `error` event carries. */
export class RadistError extends Error {
  /** Stable, for programs. The message is for humans and may change. */
  readonly code: RadistErrorCode;
  /** Whether the same operation can succeed when it is tried again. */
  readonly retryable: boolean;
  /** Identifies the failed request in the platform's logs. */
  readonly requestId: string | undefined;

  constructor(
    code: RadistErrorCode,
    options: { message?: string; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    const row = isPlatformCode(code) ? BROWSER_ERRORS[code] : CLIENT_ERRORS[code];
    super(options.message ?? row.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RadistError";
    this.code = code;
    this.retryable = row.retry;
    this.requestId = options.requestId;
  }
}

/** Whether `code` is in the platform's table. */
function isPlatformCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(BROWSER_ERRORS, code);
}

/** What a status means when the body has no known `code`: it comes from an older platform, or from a proxy. */
const BY_STATUS: Readonly<Record<number, RadistErrorCode>> = {
  401: "invalid_public_key",
  403: "call_private",
  404: "call_not_found",
  409: "peers_connected",
  410: "call_terminated",
  429: "too_many_failures",
};

/** The error of a failed HTTP request: by the body's `code`, or else by its message, or else by the status. */
export function httpError(status: number, body: Partial<ErrorBody> | undefined): RadistError {
  const byMessage = Object.entries(BROWSER_ERRORS).find(
    ([, row]) => row.status === status && row.message === body?.error,
  )?.[0];
  const code = [body?.code, byMessage].find(isPlatformCode) ?? BY_STATUS[status] ?? "unavailable";
  return new RadistError(code, {
    requestId: typeof body?.requestId === "string" ? body.requestId : undefined,
    ...(typeof body?.error === "string" && { message: body.error }),
  });
}

/** The error in an `error` message, whose code may be one that a newer platform has added. */
export function protocolError(message: { code: string; message: string; requestId?: string | undefined }): RadistError {
  const code = isPlatformCode(message.code) ? message.code : "internal_error";
  return new RadistError(code, { message: message.message, requestId: message.requestId });
}

/** Whether the platform closes the socket with this error. */
export function closesSocket({ code }: RadistError): boolean {
  return isPlatformCode(code) && BROWSER_ERRORS[code].close !== null;
}
