/** Allows `burst` messages at once, and `perSecond` in the long run. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;

  /** @param now any clock in milliseconds; the same one for all calls */
  constructor(limits: { readonly burst: number; readonly perSecond: number }, now: number) {
    this.#burst = limits.burst;
    this.#perMs = limits.perSecond / 1_000;
    this.#tokens = limits.burst;
    this.#at = now;
  }

  /** Takes a token and returns 0; or returns how long to wait for the next one, milliseconds. */
  take(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }
}
