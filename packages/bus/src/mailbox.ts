/**
 * Runs what is put into it later, in order. A turn of the event loop takes what was there when it began, so that
 * handlers which answer each other without end do not keep the process from its sockets.
 */
export class Mailbox {
  #letters: (() => void)[] = [];
  #scheduled = false;

  put(letter: () => void): void {
    this.#letters.push(letter);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#deliver());
  }

  /** Resolves when what was put in so far has been run. */
  emptied(): Promise<void> {
    return new Promise((resolve) => this.put(resolve));
  }

  #deliver(): void {
    const letters = this.#letters;
    this.#letters = [];
    this.#scheduled = false;
    for (const letter of letters) letter();
  }
}
