import { RadistError } from "./errors.ts";

/** The API of the hosted platform. */
export const DEFAULT_API_BASE_URL = "https://radist.tech/api/v1";

const API_PATH = "/api/v1";

/**
 * The base of all addresses, without a trailing slash. `given` is the whole base (`https://calls.example.com/api/v1`),
 * an origin (`https://calls.example.com`, which means its `/api/v1`), or a path on the page's own origin (`/api/v1`).
 *
 * @param pageUrl resolves a path; undefined outside a page
 */
export function resolveApiBase(given: string, pageUrl: string | undefined): string {
  const url = parse(given) ?? (pageUrl ? parse(given, pageUrl) : undefined);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new RadistError("invalid_argument", { message: `apiBaseUrl is not an http(s) address: ${given}` });
  }
  const path = url.pathname.replace(/\/+$/, "");
  return url.origin + (path || API_PATH);
}

/** `URL.canParse` and `URL.parse` are newer than the browsers that this package supports. */
function parse(given: string, base?: string): URL | undefined {
  try {
    return new URL(given, base);
  } catch {
    return undefined;
  }
}
