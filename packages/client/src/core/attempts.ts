const attempts = new Map<string, string>();

const BYTES = 16;

/**
 * The attempt of a token, which makes all its uses on this page one join: after a lost answer, a retry, a double mount.
 * 128 random bits as base64url.
 */
export function attemptOf(token: string): string {
  const known = attempts.get(token);
  if (known !== undefined) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const attempt = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  attempts.set(token, attempt);
  return attempt;
}
