import { BusUnavailable } from "./errors.ts";

const PROBE_BYTES = 1024 * 1024;
const LIMIT_BYTES = 64 * 1024 * 1024;
/** Of a message, besides its data. */
const OVERHEAD_BYTES = 128;

/** Bounds what a connection holds in memory for a server that takes it slowly, or not at all. */
export class SendWindow {
  readonly #probe: () => Promise<void>;
  #outstanding = 0;
  #unprobed = 0;

  /** @param probe resolves when the server has taken all that was sent before */
  constructor(probe: () => Promise<void>) {
    this.#probe = probe;
  }

  /** To be called before each message. @throws {BusUnavailable} over the limit */
  take(bytes: number): void {
    const size = bytes + OVERHEAD_BYTES;
    if (this.#outstanding + size > LIMIT_BYTES) {
      throw new BusUnavailable("The NATS server does not take messages as fast as they are sent.");
    }
    this.#outstanding += size;
    this.#unprobed += size;
    if (this.#unprobed >= PROBE_BYTES) this.#ask();
  }

  #ask(): void {
    const asked = this.#unprobed;
    this.#unprobed = 0;
    this.#probe().then(
      () => {
        this.#outstanding -= asked;
      },
      // The connection is gone, and this window with it.
      () => undefined,
    );
  }
}
