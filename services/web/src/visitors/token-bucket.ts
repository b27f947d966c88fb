/** How much an address may do: `burst` at once, then `perMinute` steadily. */
export interface BucketLimits {
  readonly burst: number;
  readonly perMinute: number;
  /** How many addresses are remembered; the least recently seen one is dropped first. */
  readonly maxAddresses: number;
}

/** A token bucket for each address. Times are milliseconds of a monotonic clock. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  /** In order of the last request, oldest first. */
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  /** Takes one token of `address` and returns 0; or, when none is left, the milliseconds until there is one. */
  take(address: string, now: number): number {
    const { burst, perMinute, maxAddresses } = this.#limits;
    const bucket = this.#buckets.get(address) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    const granted = tokens >= 1;
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: granted ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > maxAddresses) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return granted ? 0 : Math.ceil(((1 - tokens) / perMinute) * 60_000);
  }
}
