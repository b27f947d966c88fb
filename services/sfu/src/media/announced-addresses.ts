import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Logger } from "@radist-tech/runtime";
import { isLoopback } from "./ice-candidates.ts";

/** How often names are resolved and interfaces read again, milliseconds. */
const REFRESH_MS = 10_000;
/** How long the start waits for a name server, milliseconds: a name that it did not resolve is announced as it stands. */
const RESOLVE_MS = 3_000;

export interface AnnouncedAddressesOptions {
  /** `MEDIA_ANNOUNCED_ADDRESS`; undefined: whatever this machine has. */
  readonly configured: readonly string[] | undefined;
  readonly logger: Logger;
  /** The addresses of a host name. Default: as the operating system resolves it. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** The addresses of this machine. Default: those of its network interfaces. */
  readonly own?: () => readonly string[];
}

/**
 * Where browsers reach the media ports, as addresses: Firefox and Safari ignore candidates with host names. Follows
 * changes of names and interfaces; transports that are opened after a change announce the new addresses.
 */
export class AnnouncedAddresses implements Disposable {
  readonly #options: Required<AnnouncedAddressesOptions>;
  readonly #resolved = new Map<string, readonly string[]>();
  readonly #timer: NodeJS.Timeout;
  #current: readonly string[] = [];

  private constructor(options: AnnouncedAddressesOptions) {
    this.#options = { resolve: addressesOf, own: ownAddresses, ...options };
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
    this.#timer.unref();
    this.#compose();
  }

  static async open(options: AnnouncedAddressesOptions): Promise<AnnouncedAddresses> {
    const addresses = new AnnouncedAddresses(options);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, RESOLVE_MS);
    });
    await Promise.race([addresses.refresh(), late]);
    clearTimeout(timer);
    return addresses;
  }

  /** Without repetitions, the preferred ones first. */
  get current(): readonly string[] {
    return this.#current;
  }

  /** Those of the current ones that this machine itself has: a socket can be bound to each. */
  get bindable(): readonly string[] {
    const own = new Set(this.#options.own());
    return this.#current.filter((address) => own.has(address) || isLoopback(address));
  }

  /** Resolves names, and reads the interfaces, once more. */
  async refresh(): Promise<void> {
    const names = (this.#options.configured ?? []).filter((address) => isIP(address) === 0);
    await Promise.all(names.map((name) => this.#resolve(name)));
    this.#compose();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #resolve(name: string): Promise<void> {
    const { resolve, logger } = this.#options;
    try {
      const addresses = await resolve(name);
      if (addresses.length > 0) this.#resolved.set(name, addresses);
    } catch (error) {
      // What was known stays: a name server that is away for a moment does not move this machine.
      const announced = this.#resolved.get(name) ?? name;
      logger.warn({ err: error, name, announced }, "an announced host name was not resolved");
    }
  }

  #compose(): void {
    const { configured, own, logger } = this.#options;
    const addresses = configured?.flatMap((address) => this.#resolved.get(address) ?? [address]) ?? reachable(own());
    const next = [...new Set(addresses)];
    if (next.join() === this.#current.join()) return;
    this.#current = next;
    logger.info({ addresses: next }, "media is announced at these addresses");
  }
}

/**
 * What a machine without configuration announces. Loopback first: it survives a change of network, and Chromium uses
 * it; Firefox pairs no loopback and takes an interface's address. An IPv6 link-local address means nothing without the
 * interface that it belongs to.
 */
function reachable(own: readonly string[]): string[] {
  const others = own.filter((address) => !isLoopback(address) && !/^fe[89ab]/i.test(address));
  return [...own.filter(isLoopback), ...others];
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}
