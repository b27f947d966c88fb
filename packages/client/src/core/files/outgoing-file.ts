import { deferred } from "../deferred.ts";
import { RadistError } from "../errors.ts";

/** No receiver has confirmed anything for so long: they take no files, or are as good as gone. */
const STALL_MS = 30_000;

/** A file that is being sent, and how much of it each receiver has. */
export class OutgoingFile {
  readonly size: number;
  readonly #receivers: Map<string, number>;
  readonly #onProgress: ((sent: number) => void) | undefined;
  readonly #done = deferred();
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(size: number, receivers: Iterable<string>, onProgress: ((received: number) => void) | undefined) {
    this.size = size;
    this.#receivers = new Map([...receivers].map((peerId) => [peerId, -1]));
    this.#onProgress = onProgress;
    this.done.catch(() => {});
    this.#watch();
  }

  /** Resolves when all receivers have the file that are still there, and take it. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  confirm(peerId: string, bytes: number): void {
    const known = this.#receivers.get(peerId);
    if (known === undefined || bytes <= known || bytes > this.size) return;
    const before = this.#slowest();
    this.#receivers.set(peerId, bytes);
    this.#watch();
    if (this.#slowest() > before) this.#onProgress?.(this.#slowest());
    this.#check();
  }

  /** @param error what it means when nobody else takes the file */
  remove(peerId: string, error: RadistError): void {
    if (!this.#receivers.delete(peerId)) return;
    if (this.#receivers.size === 0) this.fail(error);
    else this.#check();
  }

  fail(error: unknown): void {
    this.#end();
    this.#done.reject(error);
  }

  #slowest(): number {
    return Math.min(...this.#receivers.values());
  }

  #check(): void {
    if (this.#slowest() < this.size) return;
    this.#end();
    this.#done.resolve();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.fail(new RadistError("receiver_too_slow")), STALL_MS);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
