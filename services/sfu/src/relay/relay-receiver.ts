import type { RelayBatch } from "@radist-tech/protocol/bus";

/** The other end of {@link RelaySender}: takes each batch once, and puts together what comes in parts. */
export class RelayReceiver {
  #count = 0;
  /** Of a frame that goes on. */
  #begun = "";

  /** @returns the frames that are whole now; nothing when the batch was taken before */
  take({ count, frames, goesOn }: Pick<RelayBatch, "count" | "frames" | "goesOn">): string[] | undefined {
    if (count <= this.#count) return undefined;
    this.#count = count;
    const [first, ...others] = frames;
    if (first === undefined) return [];
    const whole = [this.#begun + first, ...others];
    this.#begun = goesOn ? (whole.pop() ?? "") : "";
    return whole;
  }
}
