import { deferred } from "../deferred.ts";
import { RadistError } from "../errors.ts";

/** A file that another peer sends. It is received whether or not anybody waits for it, unless it is cancelled. */
export interface ReceivedFile {
  readonly name: string;
  /** The media type, as its sender says: do not open it on your origin unless it is one that you know to be harmless. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly fromPeerId: string;
  /** Whether it was sent to this peer alone. */
  readonly isPrivate: boolean;
  /** Bytes that have arrived. */
  readonly received: number;
  /** Called whenever more has arrived. */
  onprogress: ((received: number) => void) | undefined;
  /** The whole file. Rejects with `file_cancelled`, or `peer_not_found` when its sender or the connection is gone. */
  readonly blob: Promise<Blob>;
  /** Takes no more of it. Its sender is told. */
  cancel(): void;
}

/** Chunks become a Blob at this size: browsers may keep Blobs on disk, buffers never. */
const PACK_BYTES = 4 * 1024 * 1024;

/** Assembles a file from its chunks. */
export class IncomingFile implements ReceivedFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly fromPeerId: string;
  readonly isPrivate: boolean;
  readonly blob: Promise<Blob>;
  onprogress: ((received: number) => void) | undefined;
  /** How much the sender knows to have arrived. */
  confirmed = 0;
  received = 0;
  readonly #whole = deferred<Blob>();
  readonly #cancelled: () => void;
  #parts: Blob[] = [];
  #chunks: ArrayBuffer[] = [];
  #chunkBytes = 0;

  constructor(offer: Pick<ReceivedFile, "name" | "type" | "size" | "fromPeerId" | "isPrivate">, cancelled: () => void) {
    this.name = offer.name;
    this.type = offer.type;
    this.size = offer.size;
    this.fromPeerId = offer.fromPeerId;
    this.isPrivate = offer.isPrivate;
    this.#cancelled = cancelled;
    this.blob = this.#whole.promise;
    // Whoever does not wait for the file need not handle that it does not arrive.
    this.blob.catch(() => {});
  }

  get isComplete(): boolean {
    return this.received >= this.size;
  }

  /** @returns false when more arrives than was announced */
  add(bytes: ArrayBuffer): boolean {
    if (this.received + bytes.byteLength > this.size) return false;
    this.received += bytes.byteLength;
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.byteLength;
    if (this.#chunkBytes >= PACK_BYTES) this.#pack();
    this.onprogress?.(this.received);
    return true;
  }

  finish(): void {
    this.#pack();
    this.#whole.resolve(new Blob(this.#parts, { type: this.type }));
  }

  fail(error: RadistError): void {
    this.#parts = [];
    this.#chunks = [];
    this.#whole.reject(error);
  }

  cancel(): void {
    if (this.isComplete) return;
    this.#cancelled();
    this.fail(new RadistError("file_cancelled", { message: "This side cancelled the file." }));
  }

  #pack(): void {
    if (this.#chunks.length > 0) this.#parts.push(new Blob(this.#chunks));
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}
