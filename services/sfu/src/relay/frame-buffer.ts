import type { RelayBatch } from "@radist-tech/protocol/bus";

/** In UTF-16 units, none of them more than 3 bytes in JSON: NATS takes 1 MiB by default. */
const MAX_BATCH_LENGTH = 256 * 1024;

/** Frames that wait to be sent to another node. */
export class FrameBuffer {
  #frames: string[] = [];
  #length = 0;
  /** How much of the first frame has been taken. */
  #gone = 0;

  /** UTF-16 length of all frames that have not been taken entirely: a bound on memory. */
  get length(): number {
    return this.#length;
  }

  add(frame: string): void {
    this.#frames.push(frame);
    this.#length += frame.length;
  }

  /** As much as the bus accepts in one message. The last frame may be cut; the next batch continues it. */
  take(): Pick<RelayBatch, "frames" | "goesOn"> {
    const taken: string[] = [];
    let left = MAX_BATCH_LENGTH;
    for (const frame of this.#frames) {
      if (left === 0) break;
      const part = frame.slice(this.#gone, this.#gone + left);
      taken.push(part);
      left -= part.length;
      this.#gone += part.length;
      if (this.#gone < frame.length) break;
      this.#gone = 0;
      this.#length -= frame.length;
    }
    const goesOn = this.#gone > 0;
    this.#frames.splice(0, goesOn ? taken.length - 1 : taken.length);
    return goesOn ? { frames: taken, goesOn } : { frames: taken };
  }

  clear(): void {
    this.#frames = [];
    this.#length = 0;
    this.#gone = 0;
  }
}
