import type { RelayBatch } from "@radist-tech/protocol/bus";

/** The other end of {@link RelaySender}: accepts each batch once, and joins the parts of frames. */
export class RelayReceiver {
  #count = 0;
  /** The first part of a frame that the next batch continues. */
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
