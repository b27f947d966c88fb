/** The limits of a {@link FailureThrottle}; all durations in milliseconds. */
export interface ThrottleLimits {
  /** Number of failures that are answered without a delay. */
  readonly freeFailures: number;
  /** Delay of the next failure; doubles with each. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Failures are forgotten after this long without one. */
  readonly forgetMs: number;
  /** How many addresses are remembered; the one that failed least recently is forgotten first. */
  readonly maxAddresses: number;
}

export const DEFAULT_THROTTLE: ThrottleLimits = {
  freeFailures: 10,
  firstDelayMs: 100,
  maxDelayMs: 10_000,
  forgetMs: 60_000,
  maxAddresses: 100_000,
};

/**
 * Growing delays for addresses whose authentication keeps failing. Only failures wait: a valid key is
 * accepted whatever others at the same address did.
 */
export class FailureThrottle {
  readonly #limits: ThrottleLimits;
  /** In order of the last failure, oldest first. */
  readonly #failures = new Map<string, { count: number; at: number }>();

  constructor(limits: ThrottleLimits = DEFAULT_THROTTLE) {
    this.#limits = limits;
  }

  /** Counts a failure of `block` at `now` (milliseconds, monotonic) and returns how long its answer has to wait. */
  failed(block: string, now: number): number {
    const { freeFailures, firstDelayMs, maxDelayMs, forgetMs, maxAddresses } = this.#limits;
    const earlier = this.#failures.get(block);
    const count = earlier && now - earlier.at < forgetMs ? earlier.count + 1 : 1;
    this.#failures.delete(block);
    this.#failures.set(block, { count, at: now });
    if (this.#failures.size > maxAddresses) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    const excess = count - freeFailures;
    return excess <= 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(excess - 1, 30));
  }
}
