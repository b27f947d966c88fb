import { type BucketLimits, TokenBucket } from "@radist-tech/protocol/timing";

export interface RateLimits extends BucketLimits {
  /** A rate exceeded for this long, milliseconds, is more than a burst. */
  readonly patienceMs: number;
}

/** Refusals further apart than this, milliseconds, belong to different bursts. */
const CALM_MS = 1_000;

/** A token bucket that also tracks for how long its limit has been exceeded. Times are monotonic milliseconds. */
export class MessageRate {
  readonly #bucket: TokenBucket;
  readonly #patienceMs: number;
  #overSince: number | undefined;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: RateLimits, now: number) {
    this.#bucket = new TokenBucket(limits, now);
    this.#patienceMs = limits.patienceMs;
  }

  take(now: number): "accepted" | "limited" | "exceeded" {
    if (this.#bucket.take(now) === 0) return "accepted";
    if (this.#overSince === undefined || now - this.#refusedAt > CALM_MS) this.#overSince = now;
    this.#refusedAt = now;
    return now - this.#overSince >= this.#patienceMs ? "exceeded" : "limited";
  }
}
