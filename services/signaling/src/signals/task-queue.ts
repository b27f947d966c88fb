/** The tasks of one sender, run in order. */
export class TaskQueue {
  readonly #maxPending: number;
  #pending = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  get isFull(): boolean {
    return this.#pending >= this.#maxPending;
  }

  /** Runs `task` after all earlier ones; it handles its own failures. */
  push(task: () => Promise<void>): void {
    this.#pending++;
    this.#tail = this.#tail.then(task).finally(() => {
      this.#pending--;
    });
  }
}
