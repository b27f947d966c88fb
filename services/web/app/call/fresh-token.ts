/** Unused tokens live ten minutes at the platform; one that is nearly over is not worth a failed attempt. */
const GOOD_FOR_MS = 8 * 60_000;

let fresh: { callId: string; token: string; at: number } | undefined;

/** Keeps an unused token in memory, and nowhere else, until the call's view takes it. */
export function keepFreshToken(callId: string, token: string): void {
  fresh = { callId, token, at: performance.now() };
}

/** The kept token of a call, once. */
export function takeFreshToken(callId: string): string | undefined {
  if (fresh?.callId !== callId) return undefined;
  const { token, at } = fresh;
  fresh = undefined;
  return performance.now() - at < GOOD_FOR_MS ? token : undefined;
}
