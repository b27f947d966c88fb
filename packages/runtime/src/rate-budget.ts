import { TokenBucket } from "@radist-tech/protocol/timing";
import { LeastRecent } from "./least-recent.ts";
import { RetryLater } from "./retry-later.ts";

export interface BudgetLimits {
  /** How much each key may spend in a minute; all of it at once, if it likes. */
  readonly perMinute: number;
  /** How many keys are remembered; the one that spent least recently is forgotten first. Default 50,000. */
  readonly maxKeys?: number;
  /** Says what there was too much of; when to try again is added to it. */
  readonly sentence: string;
}

/** Limits how often something is done, for each key (an address, a project) on its own. */
export class RateBudget {
  readonly #limits: BudgetLimits;
  readonly #buckets: LeastRecent<TokenBucket>;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
    this.#buckets = new LeastRecent(limits.maxKeys ?? 50_000);
  }

  /**
   * Counts one use.
   *
   * @param now milliseconds of a monotonic clock
   * @throws {RetryLater} `rate_limited`, with the time to wait, when the budget is spent
   */
  spend(key: string, now = performance.now()): void {
    const { perMinute, sentence } = this.#limits;
    const bucket = this.#buckets.get(key) ?? new TokenBucket({ burst: perMinute, perSecond: perMinute / 60 }, now);
    this.#buckets.set(key, bucket);
    const waitMs = bucket.take(now);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    const again = `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
    throw new RetryLater("rate_limited", waitMs, `${sentence} ${again}`);
  }
}
