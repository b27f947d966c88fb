import { isUnavailable } from "@radist-tech/db";
import { pause } from "@radist-tech/protocol/timing";
import { Fenced } from "@radist-tech/rooms";
import type { Logger } from "@radist-tech/runtime";

/** Pause before what could not be stored is stored again, milliseconds; doubles up to the longest. */
const RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;

/** After so many failures that are not the database's absence a write is given up; the next comparison mends its rows. */
const MAX_FAILURES = 10;

/** Stores what has already happened: retries while the database is away. If this node dies, others see it by its lease. */
export class RetriedWrites {
  readonly #logger: Logger;
  readonly #onFenced: () => void;
  readonly #underWay = new Set<Promise<void>>();

  constructor(logger: Logger, onFenced: () => void) {
    this.#logger = logger;
    this.#onFenced = onFenced;
  }

  /** Never rejects. */
  store(work: () => Promise<void>): Promise<void> {
    const storing = this.#persist(work).finally(() => this.#underWay.delete(storing));
    this.#underWay.add(storing);
    return storing;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #persist(work: () => Promise<void>): Promise<void> {
    let failures = 0;
    for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(MAX_RETRY_MS, 2 * pauseMs)) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Fenced) return this.#onFenced();
        if (!isUnavailable(error)) {
          this.#logger.error({ err: error, failures: ++failures }, "a change of a room was not stored");
          if (failures === MAX_FAILURES) return;
        }
      }
      await pause(pauseMs);
    }
  }
}
