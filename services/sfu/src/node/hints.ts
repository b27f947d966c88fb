/** Maximum number of hints that one reading of the database settles. */
const BATCH = 200;

/**
 * What the bus says, until the database has been read about it: at the end of the turn, together with what else came.
 * Hints that come again while they wait are read once.
 */
export class Hints<T> {
  readonly #read: (batch: readonly T[]) => Promise<void>;
  readonly #keyOf: (hint: T) => string;
  readonly #unread = new Map<string, T>();
  #isReading = false;

  /**
   * @param read must not throw
   * @param keyOf the same for hints that are the same
   */
  constructor(read: (batch: readonly T[]) => Promise<void>, keyOf: (hint: T) => string) {
    this.#read = read;
    this.#keyOf = keyOf;
  }

  add(hint: T): void {
    this.#unread.set(this.#keyOf(hint), hint);
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => void this.#readAll());
  }

  async #readAll(): Promise<void> {
    while (this.#unread.size > 0) await this.#read(this.#next());
    this.#isReading = false;
  }

  /** What comes again from now on is read again: it may have become true only after this reading. */
  #next(): T[] {
    const batch = [...this.#unread].slice(0, BATCH);
    for (const [key] of batch) this.#unread.delete(key);
    return batch.map(([, hint]) => hint);
  }
}
