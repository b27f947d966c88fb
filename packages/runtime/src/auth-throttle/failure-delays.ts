import type { AddressBlocks } from "../client-address.ts";
import { LeastRecent } from "../least-recent.ts";

/** All durations in milliseconds. */
export interface DelayLimits {
  /** How many failures of one block have no consequences. */
  readonly freeFailures: number;
  /** The first delay; it doubles with each further failure. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Failures are forgotten after this long without one. */
  readonly forgetMs: number;
  /** How many blocks are remembered; the one that failed least recently is forgotten first. */
  readonly maxBlocks: number;
}

/** How many times as many failures a /48 has free, as there are many /64s in it. */
const SITE_FACTOR = 10;

/** How long attempts from an address have to wait because of the failures before. Times are of a monotonic clock. */
export class FailureDelays {
  readonly #limits: DelayLimits;
  readonly #blocks: LeastRecent<Failures>;
  readonly #sites: LeastRecent<Failures>;

  constructor(limits: DelayLimits) {
    this.#limits = limits;
    this.#blocks = new LeastRecent(limits.maxBlocks);
    this.#sites = new LeastRecent(limits.maxBlocks);
  }

  /** @returns milliseconds; 0 for an address that may go on at once */
  of({ block, site }: AddressBlocks, now: number): number {
    const { freeFailures } = this.#limits;
    const delay = this.#delay(this.#count(this.#blocks, block, now) - freeFailures);
    if (site === undefined) return delay;
    return Math.max(delay, this.#delay(this.#count(this.#sites, site, now) - SITE_FACTOR * freeFailures));
  }

  failed({ block, site }: AddressBlocks, now: number): void {
    this.#blocks.set(block, { count: this.#count(this.#blocks, block, now) + 1, at: now });
    if (site !== undefined) this.#sites.set(site, { count: this.#count(this.#sites, site, now) + 1, at: now });
  }

  #count(failures: LeastRecent<Failures>, key: string, now: number): number {
    const known = failures.get(key);
    return known && now - known.at < this.#limits.forgetMs ? known.count : 0;
  }

  #delay(excess: number): number {
    const { firstDelayMs, maxDelayMs } = this.#limits;
    return excess <= 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(excess - 1, 30));
  }
}

interface Failures {
  readonly count: number;
  /** Of the last one. */
  readonly at: number;
}
