import { RadistServerError } from "./error.ts";

const DEFAULT_API_BASE_URL = "https://radist.tech/api/v1";

/**
 * The secret key, from the argument or `RADIST_KEY`.
 *
 * @throws RadistServerError when it is missing, or cannot be one: a wrong one would else show up in a text of `fetch`
 */
export function secretKey(explicit: string | undefined): string {
  const key = (explicit ?? environment("RADIST_KEY"))?.trim();
  if (!key) {
    const message = "Set RADIST_KEY in the environment, or pass the secret key to RadistServerClient.";
    throw new RadistServerError(message, { code: "missing_secret_key", retryable: false });
  }
  if (/^rad_sk_[0-9A-Za-z]+$/.test(key)) return key;
  const hint = key.startsWith("rad_pk_") ? " This is a public key, which belongs in the browser." : "";
  const message = `The secret key must look like rad_sk_….${hint}`;
  throw new RadistServerError(message, { code: "invalid_secret_key", retryable: false });
}

/**
 * The project's id, from the option or `RADIST_PROJECT_ID`.
 *
 * @throws RadistServerError when it is missing
 */
export function projectId(explicit: string | undefined): string {
  const id = (explicit ?? environment("RADIST_PROJECT_ID"))?.trim();
  if (id) return id;
  const message = "Set RADIST_PROJECT_ID in the environment, or pass { projectId } to RadistServerClient.";
  throw new RadistServerError(message, { code: "missing_project_id", retryable: false });
}

/** The API's base URL without a trailing slash, from the option, `RADIST_API_BASE_URL`, or the default. */
export function apiBaseUrl(explicit: string | undefined): string {
  const text = explicit || environment("RADIST_API_BASE_URL") || DEFAULT_API_BASE_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "https:" || url.protocol === "http:")) return text.replace(/\/+$/, "");
  const message = "apiBaseUrl must be an http(s) URL, such as https://radist.tech/api/v1.";
  throw new RadistServerError(message, { code: "invalid_api_base_url", retryable: false });
}

/** Cloudflare Workers have no `process` unless they are told to. */
function environment(name: string): string | undefined {
  const { process } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  return process?.env?.[name];
}
