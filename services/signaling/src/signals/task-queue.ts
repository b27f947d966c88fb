/** Tasks of one sender, in order. While nothing is under way a task runs at once, without leaving the turn. */
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

  /** Runs `task` behind all earlier ones; its failures are its own to handle. */
  push(task: () => Promise<void>): void {
    this.#pending++;
    this.#tail = this.#tail.then(task).finally(() => {
      this.#pending--;
    });
  }
}
