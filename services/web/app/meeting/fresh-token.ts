/** Unused tokens are valid for ten minutes; one that is about to expire is not worth a failed attempt. */
const GOOD_FOR_MS = 8 * 60_000;

let fresh: { key: string; token: string; at: number } | undefined;

/**
 * Keeps an unused token in memory, and nowhere else, until the view takes it.
 *
 * @param key what the token is good for: its call, or its room and the name in it
 */
export function keepFreshToken(key: string, token: string): void {
  fresh = { key, token, at: performance.now() };
}

/** Whether a token is kept for this. */
export const hasFreshToken = (key: string): boolean => fresh?.key === key && isGood(fresh.at);

/** The kept token, once. */
export function takeFreshToken(key: string): string | undefined {
  if (fresh?.key !== key) return undefined;
  const { token, at } = fresh;
  fresh = undefined;
  return isGood(at) ? token : undefined;
}

const isGood = (at: number): boolean => performance.now() - at < GOOD_FOR_MS;
