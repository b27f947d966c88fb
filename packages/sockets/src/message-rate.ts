export interface RateLimits {
  readonly perSecond: number;
  readonly burst: number;
  /** Going over for this long, milliseconds, is more than a burst. */
  readonly patienceMs: number;
}

/** Refusals further apart than this, milliseconds, belong to different bursts. */
const CALM_MS = 1_000;

/** A token bucket that also tells how long its limit has been overrun. Time comes in as monotonic milliseconds. */
export class MessageRate {
  readonly #limits: RateLimits;
  #tokens: number;
  #filledAt: number;
  #overSince: number | undefined;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: RateLimits, now: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#filledAt = now;
  }

  take(now: number): "accepted" | "limited" | "exceeded" {
    const { perSecond, burst, patienceMs } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1_000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return "accepted";
    }
    if (this.#overSince === undefined || now - this.#refusedAt > CALM_MS) this.#overSince = now;
    this.#refusedAt = now;
    return now - this.#overSince >= patienceMs ? "exceeded" : "limited";
  }
}
