import { isUnavailable } from "@radist-tech/db";
import { pause } from "@radist-tech/protocol/timing";
import type { Logger } from "./logger.ts";

/** Between two queries, milliseconds, however many wait. */
const EVERY_MS = 500;

/** Maximum number of questions in one query. */
const BATCH = 1_000;

export interface PacedLookupOptions<Q, A> {
  /** The same for questions that are the same. */
  readonly keyOf: (question: Q) => string;
  /** Answers by {@link keyOf}, all in one query. */
  readonly read: (questions: readonly Q[]) => Promise<ReadonlyMap<string, A>>;
  readonly logger: Logger;
}

interface Asked<Q, A> {
  readonly question: Q;
  readonly answer: PromiseWithResolvers<A | undefined>;
}

/**
 * Asks the database for all who wait for the same kind of change: one query every half second, so that an outage of
 * something else costs the database the same for one of them as for thousands.
 */
export class PacedLookup<Q, A> {
  readonly #options: PacedLookupOptions<Q, A>;
  readonly #asked = new Map<string, Asked<Q, A>>();
  #isRunning = false;

  constructor(options: PacedLookupOptions<Q, A>) {
    this.#options = options;
  }

  /** By the next query. @returns nothing when the database is away or has no answer */
  find(question: Q): Promise<A | undefined> {
    const key = this.#options.keyOf(question);
    const asked = this.#asked.get(key) ?? { question, answer: Promise.withResolvers<A | undefined>() };
    this.#asked.set(key, asked);
    if (!this.#isRunning) void this.#run();
    return asked.answer.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#asked.size > 0) {
      const pacing = pause(EVERY_MS);
      await this.#answer([...this.#asked].slice(0, BATCH));
      await pacing;
    }
    this.#isRunning = false;
  }

  /** Never rejects. */
  async #answer(batch: readonly (readonly [string, Asked<Q, A>])[]): Promise<void> {
    const { read, logger } = this.#options;
    for (const [key] of batch) this.#asked.delete(key);
    let answers: ReadonlyMap<string, A> = new Map();
    try {
      answers = await read(batch.map(([, { question }]) => question));
    } catch (error) {
      if (isUnavailable(error)) logger.debug({ err: error }, "the database is away, and is asked again");
      else logger.error({ err: error }, "a lookup failed");
    }
    for (const [key, { answer }] of batch) answer.resolve(answers.get(key));
  }
}
