import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { RETRIES } from "./backoff.ts";
import { ConnectionLost } from "./connection-lost.ts";
import { RadistError } from "./errors.ts";
import type { LatchReader } from "./latch.ts";

/** How many retryable failures in a row are accepted where the caller can try again. */
const MAX_ATTEMPTS = 5;

export interface EnsuredOptions<Place> {
  /** Where the object is created: open while the platform can be reached and the media transports exist. */
  readonly latch: LatchReader<Place>;
  /** Whether the object is wanted and does not exist in this place. */
  readonly isMissing: (place: Place) => boolean;
  /** Creates it, or rejects. */
  readonly make: (place: Place) => Promise<void>;
  /** Tries for as long as trying can help, and until it is no longer wanted. Default: a few times. */
  readonly isPersistent?: boolean;
  /** It could not be created, and is tried again. */
  readonly retrying?: (error: RadistError) => void;
}

/** One object that is created, and created again in the next place when its place is gone. One attempt at a time. */
export class Ensured<Place> {
  readonly #options: EnsuredOptions<Place>;
  #running: Promise<void> | undefined;

  constructor(options: EnsuredOptions<Place>) {
    this.#options = options;
  }

  /** Resolves when the object exists, or is no longer wanted; rejects when it cannot be created. */
  ensure(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { latch, isMissing, make, isPersistent = false, retrying } = this.#options;
    for (let failures = 0; ; ) {
      const place = await latch.whenOpen();
      // The latch may have closed since it resolved.
      if (latch.value !== place) continue;
      if (!isMissing(place)) return;
      try {
        await make(place);
      } catch (error) {
        // A failure in a place that is gone is no reason not to try in the next one.
        if (error instanceof ConnectionLost || latch.value !== place) continue;
        if (!isWorthRetrying(error) || (++failures >= MAX_ATTEMPTS && !isPersistent)) throw error;
        retrying?.(error);
        await pause(backoffMs(failures, RETRIES));
      }
    }
  }
}

/** Without its transport the media server is gone, and there will be another one. */
const isWorthRetrying = (error: unknown): error is RadistError =>
  error instanceof RadistError && (error.retryable || error.code === "transport_not_found");
