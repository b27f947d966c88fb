import { pause } from "@radist-tech/protocol/timing";

export interface BatchLimits {
  /** How long questions are gathered before they are asked together, milliseconds. */
  readonly gatherMs: number;
  readonly maxBatch: number;
  /** How many questions may wait for their batch. */
  readonly maxPending: number;
}

interface Pending<Question, Answer> {
  readonly question: Question;
  readonly answered: PromiseWithResolvers<Answer>;
}

/** Asks many questions at once, and one batch after the other, so that their number does not matter to who answers. */
export class BatchedLookUp<Question, Answer> {
  readonly #limits: BatchLimits;
  readonly #answer: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  readonly #pending: Pending<Question, Answer>[] = [];
  readonly #closing = new AbortController();
  #isAsking = false;

  /** @param answer answers in the order of the questions */
  constructor(limits: BatchLimits, answer: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#limits = limits;
    this.#answer = answer;
  }

  /** @returns nothing when too many questions wait; rejects with what the batch was rejected with */
  ask(question: Question): Promise<Answer> | undefined {
    if (this.#pending.length >= this.#limits.maxPending) return undefined;
    const answered = Promise.withResolvers<Answer>();
    this.#pending.push({ question, answered });
    if (!this.#isAsking) void this.#askAll();
    return answered.promise;
  }

  /** Nothing is gathered any more: what waits is asked at once. */
  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#pending.length > 0) {
      await pause(this.#limits.gatherMs, this.#closing.signal);
      await this.#askBatch(this.#pending.splice(0, this.#limits.maxBatch));
    }
    this.#isAsking = false;
  }

  async #askBatch(batch: readonly Pending<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#answer(batch.map(({ question }) => question));
      for (const [index, { answered }] of batch.entries()) answered.resolve(answers[index] as Answer);
    } catch (error) {
      for (const { answered } of batch) answered.reject(error);
    }
  }
}
