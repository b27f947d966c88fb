export interface BackoffLimits {
  /** The longest delay of the first attempt; it doubles with each. Milliseconds. */
  readonly firstMs: number;
  /** It grows no further than this. Milliseconds. */
  readonly longestMs: number;
}

/**
 * How long to wait before attempt number `attempt` (0 is the first): exponential with full jitter, so that those who
 * lost the same server do not return as one wave.
 *
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(attempt: number, { firstMs, longestMs }: BackoffLimits, random = Math.random()): number {
  return Math.floor(random * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30)));
}
