/** Chunks become a Blob at this size: browsers may keep Blobs on disk, buffers never. */
const BLOB_BYTES = 4 * 1024 * 1024;

/** Assembles a file from its chunks. */
export class IncomingFile {
  readonly size: number;
  readonly mime: string;
  received = 0;
  #parts: Blob[] = [];
  #chunks: ArrayBuffer[] = [];
  #chunkBytes = 0;

  constructor(offer: { size: number; mime: string }) {
    this.size = offer.size;
    // A received page or image with scripts in it must not run as part of this origin when it is opened.
    this.mime = /^(image\/(png|jpeg|gif|webp|avif)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(offer.mime)
      ? offer.mime
      : "application/octet-stream";
  }

  get complete(): boolean {
    return this.received >= this.size;
  }

  /** @returns false when more arrives than was announced */
  add(bytes: ArrayBuffer): boolean {
    this.received += bytes.byteLength;
    if (this.received > this.size) return false;
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.byteLength;
    if (this.#chunkBytes >= BLOB_BYTES) this.#pack();
    return true;
  }

  toBlob(): Blob {
    this.#pack();
    return new Blob(this.#parts, { type: this.mime });
  }

  #pack(): void {
    if (this.#chunks.length > 0) this.#parts.push(new Blob(this.#chunks));
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}
