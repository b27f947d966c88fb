/**
 * A value that the other side is to have: changes are applied one after the other, without those that were overtaken.
 * Nothing is applied before {@link startFrom}.
 */
export class ConvergingValue<Value> {
  readonly #apply: (value: Value) => Promise<unknown>;
  #wanted: Value;
  /** What the other side has. */
  #actual: { value: Value } | undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(wanted: Value, apply: (value: Value) => Promise<unknown>) {
    this.#wanted = wanted;
    this.#apply = apply;
  }

  /** Resolves when the other side has the value, or does not exist; rejects when the value cannot be applied. */
  set(value: Value): Promise<void> {
    this.#wanted = value;
    return this.#converge();
  }

  /** The other side exists, or was replaced by another one, and has this value. */
  startFrom(value: Value): Promise<void> {
    this.#actual = { value };
    return this.#converge();
  }

  #converge(): Promise<void> {
    if (!this.#isRunning) this.#running = this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#actual && this.#actual.value !== this.#wanted) {
        const actual = this.#actual;
        const value = this.#wanted;
        try {
          await this.#apply(value);
        } catch (error) {
          // That the earlier side is gone says nothing about the one that replaced it.
          if (this.#actual === actual) throw error;
        }
        actual.value = value;
      }
    } finally {
      this.#isRunning = false;
    }
  }
}
