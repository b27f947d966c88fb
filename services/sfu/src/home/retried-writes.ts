import { isUnavailable } from "@radist-tech/db";
import { Fenced } from "@radist-tech/rooms";
import type { Logger } from "@radist-tech/runtime";

/** Pause before what found the database away is stored again, milliseconds. */
const RETRY_MS = 500;

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
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Fenced) return this.#onFenced();
        if (!isUnavailable(error)) return this.#logger.error({ err: error }, "a change of a room was not stored");
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
