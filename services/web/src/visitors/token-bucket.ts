import { TokenBucket } from "@radist-tech/protocol/timing";

/** How much an address may do: `burst` at once, then `perMinute` steadily. */
export interface AddressLimits {
  readonly burst: number;
  readonly perMinute: number;
  /** How many addresses are remembered; the least recently seen one is dropped first. */
  readonly maxAddresses: number;
}

/** A token bucket for each address. Times are milliseconds of a monotonic clock. */
export class TokenBuckets {
  readonly #limits: AddressLimits;
  /** In order of the last request, oldest first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limits: AddressLimits) {
    this.#limits = limits;
  }

  /** Takes one token of `address` and returns 0; or, when none is left, the milliseconds until there is one. */
  take(address: string, now: number): number {
    const { burst, perMinute, maxAddresses } = this.#limits;
    const bucket = this.#buckets.get(address) ?? new TokenBucket({ burst, perSecond: perMinute / 60 }, now);
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    if (this.#buckets.size > maxAddresses) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(now);
  }
}
