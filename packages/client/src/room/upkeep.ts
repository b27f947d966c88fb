import { backoffMs } from "../core/backoff.ts";
import { RadistError } from "../core/errors.ts";
import type { Gate } from "./gate.ts";
import { WayLost } from "./signaling/requests.ts";

/** How often what may succeed later is tried. */
const ATTEMPTS = 5;

export interface UpkeepOptions<Place> {
  /** Where things are made: there while the way to the platform and the media's transports are. */
  readonly gate: Gate<Place>;
  /** Whether the thing is wanted and not there yet. */
  readonly isMissing: (place: Place) => boolean;
  /** Makes it, or rejects. */
  readonly make: (place: Place) => Promise<void>;
}

/** Makes one thing, and makes it again when the place where it was is gone: one attempt at a time. */
export class Upkeep<Place> {
  readonly #options: UpkeepOptions<Place>;
  #running: Promise<void> | undefined;

  constructor(options: UpkeepOptions<Place>) {
    this.#options = options;
  }

  /** Resolves when the thing is there, or no longer wanted; rejects when it cannot be made. */
  ensure(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { gate, isMissing, make } = this.#options;
    for (let failures = 0; ; ) {
      const place = await gate.passed();
      // The gate may have been shut since it let this one through.
      if (gate.value !== place) continue;
      if (!isMissing(place)) return;
      try {
        await make(place);
      } catch (error) {
        // Whatever went wrong on the way out of a place that is gone is no reason not to try at the next one.
        if (error instanceof WayLost || gate.value !== place) continue;
        if (!(error instanceof RadistError && error.retryable) || ++failures >= ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(failures, Math.random())));
      }
    }
  }
}
