import type { AccessControl, CallDetails, CallPage, CreatedCall, MintedCallToken } from "@radist-tech/protocol";
import { ERRORS } from "@radist-tech/protocol/errors";
import { RadistServerError } from "./error.ts";
import * as settings from "./settings.ts";
import { type ApiRequest, send, sendForJson, type TransportOptions } from "./transport.ts";

export interface RadistServerClientOptions {
  /** The project's UUID. Default: `RADIST_PROJECT_ID`. */
  readonly projectId?: string | undefined;
  /** Default: `RADIST_API_BASE_URL`, then `https://radist.tech/api/v1`. */
  readonly apiBaseUrl?: string | undefined;
  /** Replaces the global `fetch`, for a proxy or for tests. */
  readonly fetch?: typeof fetch | undefined;
  /** How long one attempt may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a failed attempt is repeated where repeating is safe. Default 3. */
  readonly retries?: number | undefined;
}

/**
 * The Radist API for your backend. It holds a secret key: never send it, or this object, to a browser.
 *
 * @example
 * const radist = new RadistServerClient();
 * const { callId, callTokens } = await radist.createP2PConnection();
 */
export class RadistServerClient {
  readonly #transport: TransportOptions;
  readonly #projectPath: string;

  /**
   * @param secretKey `rad_sk_…`. Default: `RADIST_KEY`.
   * @throws RadistServerError `missing_secret_key`, `invalid_secret_key`, `missing_project_id` or `invalid_api_base_url`
   */
  constructor(secretKey?: string, options: RadistServerClientOptions = {}) {
    this.#transport = {
      secretKey: settings.secretKey(secretKey),
      baseUrl: settings.apiBaseUrl(options.apiBaseUrl),
      fetch: options.fetch ?? fetch,
      timeoutMs: options.timeoutMs ?? 10_000,
      retries: options.retries ?? 3,
    };
    this.#projectPath = `/projects/${encodeURIComponent(settings.projectId(options.projectId))}`;
  }

  /**
   * Creates a call with a token for each of its two seats.
   *
   * @param options.accessControl `private` (default): only your backend mints further tokens. `public`: whoever knows
   *   the call id and your public key may.
   * @throws RadistServerError such as `connection_limit`
   */
  createP2PConnection(options: { accessControl?: AccessControl } = {}): Promise<CreatedCall> {
    const body = { accessControl: options.accessControl ?? "private" };
    return this.#json<CreatedCall>({ method: "POST", path: "/calls", body });
  }

  /**
   * Mints a token that lets one participant into a call, once, within the token's lifetime (10 minutes unless the
   * platform is set up otherwise).
   *
   * @throws RadistServerError `call_not_found`, `peers_connected` (both seats are held) or `call_terminated`
   */
  async mintConnectionToken(target: { callId: string }): Promise<{ connectionToken: MintedCallToken["callToken"] }> {
    const path = `${callPath(target.callId)}/tokens`;
    const { callToken } = await this.#json<MintedCallToken>({ method: "POST", path });
    return { connectionToken: callToken };
  }

  /** A page of the project's calls, newest first. `page` counts from 1; `limit` is at most 100 (default 20). */
  listCalls({ page = 1, limit = 20 }: { page?: number; limit?: number } = {}): Promise<CallPage> {
    return this.#json<CallPage>({ method: "GET", path: `/calls?page=${page}&limit=${limit}` });
  }

  /**
   * A call and who holds its seats now.
   *
   * @throws RadistServerError `call_not_found`
   */
  async getCall(callId: string): Promise<CallDetails> {
    return this.#json<CallDetails>({ method: "GET", path: callPath(callId) });
  }

  /**
   * Ends a call for good: its sockets close, its tokens are void.
   *
   * @throws RadistServerError `call_not_found`
   */
  async endCall(callId: string): Promise<void> {
    await send(this.#transport, this.#ofProject({ method: "DELETE", path: callPath(callId) }));
  }

  #json<T>(request: ApiRequest): Promise<T> {
    return sendForJson<T>(this.#transport, this.#ofProject(request));
  }

  #ofProject(request: ApiRequest): ApiRequest {
    return { ...request, path: this.#projectPath + request.path };
  }
}

/** Refuses what cannot be an id before it is sent: `..` would lead out of the path, an empty one to the list. */
function callPath(callId: string): string {
  if (/^[0-9A-Za-z-]+$/.test(callId)) return `/calls/${callId}`;
  throw new RadistServerError(ERRORS.call_not_found.message, { code: "call_not_found", retryable: false });
}
