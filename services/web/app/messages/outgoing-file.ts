import { CHUNK_BYTES, type WireMessage, writeChunk } from "./wire.ts";

/** Sends one frame; resolves when the channel can take the next, rejects when it is closed. */
export type Send = (payload: object | ArrayBuffer) => Promise<void>;

/** Blobs are read in larger pieces than are sent, because each read goes to the disk. */
const READ_BYTES = CHUNK_BYTES * 16;

/** How much may be sent that the receiver has not confirmed: a message waits behind it. */
const WINDOW_BYTES = 512 * 1024;

/** A file that is being sent, in chunks, no faster than the receiver confirms them. */
export class OutgoingFile {
  readonly id: string;
  readonly size: number;
  readonly #source: File;
  #confirmed = 0;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(id: string, source: File) {
    this.id = id;
    this.size = source.size;
    this.#source = source;
  }

  get complete(): boolean {
    return this.#confirmed >= this.size;
  }

  /** The receiver has confirmed this many bytes. */
  confirm(bytes: number): void {
    this.#confirmed = Math.max(this.#confirmed, bytes);
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /**
   * Offers the file under `number`, then sends it. Resolves when all is sent, or after {@link stop}.
   *
   * @throws what `send` rejects with; a DOMException when the file can no longer be read
   */
  async transmit(number: number, send: Send): Promise<void> {
    const { name, size, type: mime } = this.#source;
    await send({ type: "file", file: number, name, size, mime } satisfies WireMessage);
    for (let start = 0; start < size; start += READ_BYTES) {
      const piece = await this.#source.slice(start, start + READ_BYTES).arrayBuffer();
      for (let offset = 0; offset < piece.byteLength; offset += CHUNK_BYTES) {
        while (!this.#stopped && start + offset - this.#confirmed >= WINDOW_BYTES) await this.#progress();
        if (this.#stopped) return;
        await send(writeChunk(number, piece.slice(offset, offset + CHUNK_BYTES)));
      }
    }
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
