import type { ResumeState } from "../call/types.ts";
import { RadistError } from "./errors.ts";

/** Where the hosted platform answers. */
export const DEFAULT_API_BASE_URL = "https://radist.tech/api/v1";

const API_PATH = "/api/v1";

/**
 * The base of all addresses, without a trailing slash. `given` is the whole base (`https://calls.example.com/api/v1`),
 * an origin (`https://calls.example.com`, which means its `/api/v1`), or a path on the page's own origin (`/api/v1`).
 *
 * @param pageUrl resolves a path; undefined outside of a page
 */
export function resolveApiBase(given: string, pageUrl: string | undefined): string {
  const url = URL.canParse(given)
    ? new URL(given)
    : pageUrl && URL.canParse(given, pageUrl)
      ? new URL(given, pageUrl)
      : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new RadistError("invalid_argument", { message: `apiBaseUrl is not an http(s) address: ${given}` });
  }
  const path = url.pathname.replace(/\/+$/, "");
  return url.origin + (path || API_PATH);
}

export function tokenUrl(apiBase: string, callId: string): string {
  return `${apiBase}/p2p/calls/${encodeURIComponent(callId)}/token`;
}

/** How a socket proves who it is: a fresh token, or what an earlier socket was given. */
export type Credentials = { readonly callToken: string } | ResumeState;

export function socketUrl(apiBase: string, publicKey: string, credentials: Credentials): string {
  const query =
    "callToken" in credentials
      ? { callToken: credentials.callToken }
      : {
          callId: credentials.callId,
          peerId: credentials.peerId,
          reconnectToken: credentials.reconnectToken,
        };
  return `${apiBase.replace(/^http/, "ws")}/p2p/signaling/ws?${new URLSearchParams({ publicKey, ...query })}`;
}
