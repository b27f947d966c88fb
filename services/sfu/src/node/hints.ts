/** Maximum number of hints that one reading of the database settles. */
const BATCH = 200;

/** What the bus says, until the database has been read about it: at the end of the turn, together with what else came. */
export class Hints<T> {
  readonly #read: (batch: readonly T[]) => Promise<void>;
  readonly #unread: T[] = [];
  #isReading = false;

  /** @param read must not throw */
  constructor(read: (batch: readonly T[]) => Promise<void>) {
    this.#read = read;
  }

  add(hint: T): void {
    this.#unread.push(hint);
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => void this.#readAll());
  }

  async #readAll(): Promise<void> {
    while (this.#unread.length > 0) await this.#read(this.#unread.splice(0, BATCH));
    this.#isReading = false;
  }
}
