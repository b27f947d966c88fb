import { pause } from "@radist-tech/protocol/timing";

export interface BatchLimits {
  /** How long questions are gathered before they are asked together, milliseconds. */
  readonly gatherMs: number;
  readonly maxBatch: number;
}

interface Pending<Question, Answer> {
  readonly question: Question;
  readonly answered: PromiseWithResolvers<Answer>;
}

/**
 * Asks many questions at once, and one batch after the other, so that their number does not matter to who answers. It is
 * for callers to limit how many wait.
 */
export class BatchedLookUp<Question, Answer> {
  readonly #limits: BatchLimits;
  readonly #answer: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  readonly #urgent: Pending<Question, Answer>[] = [];
  readonly #others: Pending<Question, Answer>[] = [];
  readonly #closing = new AbortController();
  #isAsking = false;

  /** @param answer answers in the order of the questions */
  constructor(limits: BatchLimits, answer: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#limits = limits;
    this.#answer = answer;
  }

  /**
   * Rejects with what the batch was rejected with.
   *
   * @param isUrgent takes part in a batch before all that are not
   */
  ask(question: Question, isUrgent = false): Promise<Answer> {
    const answered = Promise.withResolvers<Answer>();
    (isUrgent ? this.#urgent : this.#others).push({ question, answered });
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
    while (this.#urgent.length + this.#others.length > 0) {
      await pause(this.#limits.gatherMs, this.#closing.signal);
      await this.#askBatch(this.#nextBatch());
    }
    this.#isAsking = false;
  }

  #nextBatch(): Pending<Question, Answer>[] {
    const { maxBatch } = this.#limits;
    const urgent = this.#urgent.splice(0, maxBatch);
    return [...urgent, ...this.#others.splice(0, maxBatch - urgent.length)];
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
