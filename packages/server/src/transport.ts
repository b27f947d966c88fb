import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { type Answer, errorOfAnswer, RadistServerError } from "./error.ts";
import { LONGEST_RETRY_AFTER_MS, PAUSES, retryAfterMs } from "./retry.ts";

export interface TransportOptions {
  /** URL of the API with its version, such as `https://radist.tech/api/v1`, without a trailing slash. */
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly fetch: typeof fetch;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How often a request is tried again after its first attempt. */
  readonly retries: number;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the base URL, with a leading slash. */
  readonly path: string;
  readonly body?: unknown;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
}

/** What one attempt came to: an answer, or an error with the pause after which another attempt is worth it. */
type Attempt = { answer: Answer } | { error: RadistServerError; retryInMs: number | null };

/**
 * Sends a request until it is answered for good. Creating requests carry one Idempotency-Key for all their attempts,
 * so a repeat after a lost answer creates nothing twice.
 *
 * @throws RadistServerError
 */
export async function send(options: TransportOptions, request: ApiRequest): Promise<Answer> {
  const init = requestInit(options, request);
  for (let attempt = 0; ; attempt++) {
    const result = await tryOnce(options, request, init, attempt);
    if ("answer" in result) return result.answer;
    if (result.retryInMs === null || attempt >= options.retries || request.signal?.aborted) throw result.error;
    await pause(result.retryInMs, request.signal);
  }
}

/** Sends a request whose answer is JSON. The shape is the API's promise and is not validated again here. */
export async function sendForJson<T>(options: TransportOptions, request: ApiRequest): Promise<T> {
  const { status, text } = await send(options, request);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const details = { status, code: "unexpected_response", retryable: false, cause } as const;
    throw new RadistServerError("The API's answer is not JSON. Is apiBaseUrl right?", details);
  }
}

function requestInit(options: TransportOptions, request: ApiRequest): RequestInit {
  const headers = new Headers({ authorization: `Bearer ${options.secretKey}`, accept: "application/json" });
  if (request.method === "POST") headers.set("idempotency-key", crypto.randomUUID());
  if (request.body === undefined) return { method: request.method, headers };
  headers.set("content-type", "application/json");
  return { method: request.method, headers, body: JSON.stringify(request.body) };
}

async function tryOnce(
  options: TransportOptions,
  request: ApiRequest,
  init: RequestInit,
  attempt: number,
): Promise<Attempt> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
  let answer: Answer;
  let ok: boolean;
  // As a plain function: Cloudflare's is none of an object's.
  const { fetch } = options;
  try {
    // Not "error", which Cloudflare Workers do not know.
    const response = await fetch(options.baseUrl + request.path, { ...init, signal, redirect: "manual" });
    if (isRedirect(response)) return { error: redirected(options, response), retryInMs: null };
    // Read here: a connection may also break, or stall, in the middle of the body.
    answer = { status: response.status, headers: response.headers, text: await response.text() };
    ok = response.ok;
  } catch (cause) {
    return { error: connectionError(options, timeout.aborted, cause), retryInMs: backoffMs(attempt, PAUSES) };
  }
  if (ok) return { answer };
  const error = errorOfAnswer(answer);
  return { error, retryInMs: retryPause(error, answer.headers.get("retry-after"), attempt) };
}

/** A browser's `fetch`, and Deno's, say no more than that it is one. */
const isRedirect = ({ type, status }: Response): boolean =>
  type === "opaqueredirect" || (status >= 300 && status < 400);

/** The API never redirects: what does is something before it, and would be sent the secret key. */
function redirected({ baseUrl }: TransportOptions, { status, headers }: Response): RadistServerError {
  const target = headers.get("location");
  const message = `The API at ${baseUrl} redirects${target ? ` to ${target}` : ""}. Is apiBaseUrl right?`;
  return new RadistServerError(message, { status: status || undefined, code: "unexpected_response", retryable: false });
}

function retryPause(error: RadistServerError, retryAfter: string | null, attempt: number): number | null {
  const asked = retryAfterMs(retryAfter, Date.now());
  if (asked !== undefined && asked > LONGEST_RETRY_AFTER_MS) return null;
  // Jitter on top of what was asked, or everyone who was refused comes back in the same instant.
  if (error.status === 429) return asked === undefined ? null : asked + backoffMs(0, PAUSES);
  const passes = error.code === "unavailable" || error.code === "idempotency_in_progress" || error.status === 503;
  return passes ? (asked ?? 0) + backoffMs(attempt, PAUSES) : null;
}

function connectionError(options: TransportOptions, timedOut: boolean, cause: unknown): RadistServerError {
  if (timedOut) {
    const message = `The API at ${options.baseUrl} did not answer within ${options.timeoutMs} ms.`;
    return new RadistServerError(message, { code: "timeout", retryable: true, cause });
  }
  const message = `The API at ${options.baseUrl} could not be reached.`;
  return new RadistServerError(message, { code: "network_error", retryable: true, cause });
}
