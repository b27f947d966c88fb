/**
 * Frames that were written to a socket and may not have arrived. A pong (RFC 6455, 5.5.3) echoes a ping, so it confirms
 * all frames that were sent before that ping; one such ping is in flight at a time.
 */
export class Unconfirmed {
  readonly #ping: (mark: string) => void;
  #frames: string[] = [];
  #length = 0;
  /** The number of the first frame that is kept. */
  #first = 0;
  /** The ping in flight confirms the frames below this number. */
  #asked: number | undefined;

  constructor(ping: (mark: string) => void) {
    this.#ping = ping;
  }

  /** The UTF-16 length of what is kept, as a measure of memory. */
  get byteLength(): number {
    return this.#length;
  }

  add(frame: string): void {
    this.#frames.push(frame);
    this.#length += frame.length;
    if (this.#asked === undefined) queueMicrotask(() => this.#ask());
  }

  confirm(mark: string): void {
    if (this.#asked === undefined || mark !== String(this.#asked)) return;
    for (const frame of this.#frames.splice(0, this.#asked - this.#first)) this.#length -= frame.length;
    this.#first = this.#asked;
    this.#asked = undefined;
    this.#ask();
  }

  take(): string[] {
    const frames = this.#frames;
    this.#first += frames.length;
    this.#frames = [];
    this.#length = 0;
    return frames;
  }

  #ask(): void {
    if (this.#asked !== undefined || this.#frames.length === 0) return;
    this.#asked = this.#first + this.#frames.length;
    this.#ping(String(this.#asked));
  }
}
