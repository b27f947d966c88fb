import { frameBytes } from "../../core/framing.ts";
import type { Acknowledgement, NumberedFrame } from "./numbered-frame.ts";

/** A receiver acknowledges whenever it has received this much: several times in a window. */
const ACKNOWLEDGE_BYTES = 32_768;

/** What a frame means to its receiver. */
export interface Reception {
  readonly isNext: boolean;
  /** Undefined: not yet. */
  readonly acknowledge: Acknowledgement | undefined;
}

/** What arrived of one sender's streams: each message is delivered once, and none after one that is missing. */
export class ReceiveOrder {
  readonly #streams = new Map<number, { last: number; bytes: number; isGapKnown: boolean }>();

  receive({ stream, sequence, previous, frame }: NumberedFrame): Reception {
    const state = this.#streams.get(stream) ?? { last: previous, bytes: 0, isGapKnown: false };
    this.#streams.set(stream, state);
    // It was sent again because its sender does not know that it has arrived.
    if (sequence <= state.last) return { isNext: false, acknowledge: { stream, sequence: state.last, isGap: false } };
    if (previous > state.last) {
      const acknowledge = state.isGapKnown ? undefined : { stream, sequence: state.last, isGap: true };
      state.isGapKnown = true;
      return { isNext: false, acknowledge };
    }
    state.last = sequence;
    state.isGapKnown = false;
    state.bytes += frameBytes(frame);
    if (state.bytes < ACKNOWLEDGE_BYTES) return { isNext: true, acknowledge: undefined };
    state.bytes = 0;
    return { isNext: true, acknowledge: { stream, sequence, isGap: false } };
  }

  /** All that was received until now. */
  get acknowledgements(): readonly Acknowledgement[] {
    return [...this.#streams].map(([stream, { last, isGapKnown }]) => ({ stream, sequence: last, isGap: isGapKnown }));
  }
}
