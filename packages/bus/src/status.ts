import type { BusLogger } from "./logger.ts";
import { guarded } from "./logger.ts";

/** Whether a bus is connected, and who wants to hear of it. */
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

  /** Listeners hear of changes only. */
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
    // Wrapped, so that a function that listens twice is heard twice and can stop each by itself.
    const own = (connected: boolean) => listener(connected);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
