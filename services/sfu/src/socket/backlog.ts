/**
 * Whether too much waits for a client that reads too slowly. The largest waiting frame does not count: its size is
 * not the reader's fault.
 */
export class Backlog {
  readonly #limit: number;
  #largest = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param size of a frame that has just been added
   * @param waiting size of all that waits now
   */
  isTooLong(size: number, waiting: number): boolean {
    // Then it has left.
    if (waiting < this.#largest) this.#largest = 0;
    this.#largest = Math.max(this.#largest, size);
    return waiting - this.#largest > this.#limit;
  }
}
