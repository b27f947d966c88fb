import type { AddressBlocks } from "../client-address.ts";

/** How many times as many attempts of a /48 have a slot. */
const SITE_FACTOR = 4;

/** Limits how many attempts are in one state, such as waiting, at the same time: of one address, and in all. */
export class AttemptSlots {
  readonly #perBlock: number;
  readonly #inAll: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(limits: { readonly perBlock: number; readonly inAll: number }) {
    this.#perBlock = limits.perBlock;
    this.#inAll = limits.inAll;
  }

  /** @returns nothing when too many have one */
  take({ block, site }: AddressBlocks): Disposable | undefined {
    if (this.#total >= this.#inAll || this.#of(block) >= this.#perBlock) return undefined;
    if (site !== undefined && this.#of(site) >= SITE_FACTOR * this.#perBlock) return undefined;
    this.#add(1, block, site);
    return { [Symbol.dispose]: () => this.#add(-1, block, site) };
  }

  #of(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  #add(change: 1 | -1, block: string, site: string | undefined): void {
    this.#total += change;
    for (const key of site === undefined ? [block] : [block, site]) {
      const count = this.#of(key) + change;
      if (count === 0) this.#taken.delete(key);
      else this.#taken.set(key, count);
    }
  }
}
