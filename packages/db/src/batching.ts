import { DEADLINE_MS } from "./deadline.ts";
import { DatabaseUnavailable } from "./unavailable.ts";

export interface BatchingOptions<Question, Answer> {
  /** Large enough to save round trips, and small enough that nobody waits long for others. */
  readonly maxBatch: number;
  /** How many batches may be under way at the same time. */
  readonly atOnce: number;
  /** Answers questions, each by its own outcome, in their order. */
  readonly answer: (questions: readonly Question[]) => Promise<readonly PromiseSettledResult<Answer>[]>;
}

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly answer: PromiseWithResolvers<Answer>;
  readonly at: number;
}

/**
 * Asks the database for many at once: what comes while earlier questions are under way is gathered and asked together. So
 * one question waits for nothing, and in a rush the batches grow with it.
 */
export class Batching<Question, Answer> {
  readonly #options: BatchingOptions<Question, Answer>;
  #waiting: Asked<Question, Answer>[] = [];
  #underWay = 0;

  constructor(options: BatchingOptions<Question, Answer>) {
    this.#options = options;
  }

  /** @throws what its outcome says | {DatabaseUnavailable} when its turn has not come in time */
  ask(question: Question): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.push({ question, answer, at: performance.now() });
    if (this.#underWay < this.#options.atOnce) void this.#work();
    return answer.promise;
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    this.#underWay++;
    while (this.#waiting.length > 0) await this.#next();
    this.#underWay--;
  }

  async #next(): Promise<void> {
    const batch = this.#waiting.slice(0, this.#options.maxBatch);
    this.#waiting = this.#waiting.slice(batch.length);
    const since = performance.now() - DEADLINE_MS;
    for (const { answer, at } of batch) if (at < since) answer.reject(new DatabaseUnavailable("Too many wait."));
    const inTime = batch.filter(({ at }) => at >= since);
    if (inTime.length === 0) return;
    try {
      const outcomes = await this.#options.answer(inTime.map(({ question }) => question));
      for (const [index, { answer }] of inTime.entries()) settle(answer, outcomes[index]);
    } catch (error) {
      for (const { answer } of inTime) answer.reject(error);
    }
  }
}

function settle<Answer>(answer: PromiseWithResolvers<Answer>, outcome: PromiseSettledResult<Answer> | undefined): void {
  if (outcome?.status === "fulfilled") answer.resolve(outcome.value);
  else answer.reject(outcome?.reason ?? new Error("A question was left out."));
}
