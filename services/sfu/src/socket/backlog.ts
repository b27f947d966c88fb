/**
 * Tells whether too much waits for somebody who reads too slowly. The largest frame that waits does not count: how large
 * it is, is the room's doing and not its reader's.
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
