/**
 * Makes something elsewhere follow a value: one change after the other, without those that were overtaken. It begins
 * with {@link from}, when there is something that can follow.
 */
export class Follower<Value> {
  readonly #apply: (value: Value) => Promise<unknown>;
  #wanted: Value;
  /** What the other side has. */
  #there: { value: Value } | undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(wanted: Value, apply: (value: Value) => Promise<unknown>) {
    this.#wanted = wanted;
    this.#apply = apply;
  }

  get wanted(): Value {
    return this.#wanted;
  }

  /** Resolves when the other side has it, or is not there; rejects when it cannot be brought there. */
  set(value: Value): Promise<void> {
    this.#wanted = value;
    return this.#catchUp();
  }

  /** The other side is there, another one perhaps, and has this value. */
  from(value: Value): Promise<void> {
    this.#there = { value };
    return this.#catchUp();
  }

  #catchUp(): Promise<void> {
    if (!this.#isRunning) this.#running = this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#there && this.#there.value !== this.#wanted) {
        const there = this.#there;
        const value = this.#wanted;
        await this.#apply(value);
        there.value = value;
      }
    } finally {
      this.#isRunning = false;
    }
  }
}
