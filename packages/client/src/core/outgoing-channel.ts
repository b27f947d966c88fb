import { RadistError } from "./errors.ts";
import { type Frame, frameBytes, type OutgoingFrame, readFrame } from "./framing.ts";

/** `send` waits while more than this is unsent, until no more than {@link LOW_WATER_BYTES} are. */
const HIGH_WATER_BYTES = 1_048_576;
export const LOW_WATER_BYTES = HIGH_WATER_BYTES / 4;

/** What a browser accepts that does not announce a limit (RFC 8841, section 6.1). */
const DEFAULT_MAX_BYTES = 65_536;

/** What messages leave through: an RTCDataChannel, or mediasoup-client's data producer. */
export interface Outlet {
  readonly bufferedAmount: number;
  /** Resolves when little is unsent, or when the outlet has closed. */
  drained(): Promise<void>;
  /** False when the outlet has closed, and the next one is to be tried. */
  send(frame: Frame): boolean;
}

/** Sends messages one after the other, no faster than the network takes them. */
export class OutgoingChannel {
  readonly #nextOutlet: (frame: Frame) => Outlet | Promise<Outlet>;
  #queue: Promise<void> = Promise.resolve();

  /** @param nextOutlet the outlet for this message; throws when there is none */
  constructor(nextOutlet: (frame: Frame) => Outlet | Promise<Outlet>) {
    this.#nextOutlet = nextOutlet;
  }

  /** Sends one message after all earlier ones. Resolves when it is handed to the browser. */
  send(frame: OutgoingFrame): Promise<void> {
    const sent = this.#queue.then(() =>
      frame instanceof Blob ? readFrame(frame).then((read) => this.#transmit(read)) : this.#transmit(frame),
    );
    // A failure concerns the caller that it happened to, and not the next one.
    this.#queue = sent.catch(() => {});
    return sent;
  }

  async #transmit(frame: Frame): Promise<void> {
    for (;;) {
      const outlet = await this.#nextOutlet(frame);
      if (outlet.bufferedAmount > HIGH_WATER_BYTES) await outlet.drained();
      if (outlet.send(frame)) return;
    }
  }
}

/**
 * @param maxBytes what the receiver accepts in one message; 0 or undefined where it does not say
 * @throws RadistError `data_too_large`
 */
export function assertFits(frame: OutgoingFrame, maxBytes: number | null | undefined): void {
  const limit = maxBytes || DEFAULT_MAX_BYTES;
  const bytes = frameBytes(frame);
  if (bytes <= limit) return;
  const message = `The message has ${bytes} bytes; at most ${limit} can be sent at once. Send it in parts.`;
  throw new RadistError("data_too_large", { message });
}
