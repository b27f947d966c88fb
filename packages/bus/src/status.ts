import type { BusLogger } from "./logger.ts";
import { guarded } from "./logger.ts";

/** Whether a bus is connected, and the listeners to changes of that. */
export class Status {
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #logger: BusLogger;
  #connected: boolean;

  constructor(connected: boolean, logger: BusLogger) {
    this.#connected = connected;
    this.#logger = logger;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Listeners are called for changes only. */
  set(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    for (const listener of this.#listeners) {
      guarded(
        () => listener(connected),
        (err) => this.#logger.error({ err, connected }, "a bus status listener failed"),
      );
    }
  }

  listen(listener: (connected: boolean) => void): () => void {
    // Wrapped, so that a function that subscribes twice is called twice and can be removed one at a time.
    const own = (connected: boolean) => listener(connected);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
