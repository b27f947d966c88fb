const BASE_MS = 250;

/** The longest wait, unless the caller sets another one. */
const CAP_MS = 10_000;

/**
 * How long to wait before retry number `attempt` (0 is the first): exponential with full jitter, so that the clients of a
 * node that died do not return all at once.
 *
 * @param random uniform in [0, 1)
 * @returns milliseconds, 0 to `capMs`
 */
export function backoffMs(attempt: number, random: number, capMs = CAP_MS): number {
  return Math.floor(random * Math.min(capMs, BASE_MS * 2 ** Math.min(attempt, 16)));
}
