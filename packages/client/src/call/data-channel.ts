import { RadistError } from "../core/errors.ts";
import { decodeMessage, encodeMessage, frameBytes } from "../core/framing.ts";
import type { DataMessage, DataPayload } from "./types.ts";

/** The label by which either side knows the managed channel. */
export const DATA_CHANNEL_LABEL = "radist-data";

/** `send` waits while more than this is unsent, until less than a quarter of it is. */
const HIGH_WATER_BYTES = 1_048_576;
const LOW_WATER_BYTES = HIGH_WATER_BYTES / 4;

/** What a browser accepts that says nothing else (RFC 8841, section 6.1). */
const DEFAULT_MAX_BYTES = 65_536;

export interface DataHandlers {
  open(): void;
  close(): void;
  message(message: DataMessage): void;
}

/**
 * The data channels named `radist-data` of a session. There is one; two where both sides offered at the same time,
 * each with a channel. Then both are heard, and one is spoken on, so that the order holds: the other side's, which it
 * surely listens to, unless the own one is in use already.
 */
export class DataMessages {
  readonly #handlers: DataHandlers;
  #speaking: RTCDataChannel | undefined;
  #spoken = false;
  #open = new Set<RTCDataChannel>();
  #session = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  constructor(handlers: DataHandlers) {
    this.#handlers = handlers;
  }

  /**
   * Takes a channel of the present session into use.
   *
   * @param theirs whether the other side made it
   */
  add(channel: RTCDataChannel, theirs: boolean): void {
    const { signal } = this.#session;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.addEventListener("open", () => this.#opened(channel, theirs), { signal });
    channel.addEventListener("close", () => this.#closed(channel), { signal });
    channel.addEventListener("message", ({ data }) => this.#handlers.message(decodeMessage(data)), { signal });
    if (channel.readyState === "open") this.#opened(channel, theirs);
  }

  /** The session is over, and its channels with it. */
  reset(): void {
    this.#session.abort();
    this.#session = new AbortController();
    const wasOpen = this.#speaking !== undefined;
    this.#open.clear();
    this.#speaking = undefined;
    this.#spoken = false;
    if (wasOpen) this.#handlers.close();
  }

  /**
   * Sends one message, after all earlier ones. Resolves when it is handed to the browser, which is slower than the
   * network only by {@link HIGH_WATER_BYTES}.
   *
   * @param maxBytes what the other side accepts in one message
   */
  send(payload: DataPayload, maxBytes: number | undefined): Promise<void> {
    const frame = encodeMessage(payload);
    const limit = maxBytes || DEFAULT_MAX_BYTES;
    const bytes = frameBytes(frame);
    if (bytes > limit) {
      const message = `The message has ${bytes} bytes; the other peer accepts ${limit}. Send it in parts.`;
      throw new RadistError("data_too_large", { message });
    }
    const sent = this.#queue.then(() => this.#transmit(frame));
    // What failed is the failed caller's affair, not the next one's.
    this.#queue = sent.catch(() => {});
    return sent;
  }

  async #transmit(frame: string | ArrayBuffer): Promise<void> {
    const channel = this.#speaking;
    if (channel && channel.bufferedAmount > HIGH_WATER_BYTES) await this.#drained(channel);
    if (!channel || channel !== this.#speaking || channel.readyState !== "open") {
      throw new RadistError("data_channel_not_open");
    }
    this.#spoken = true;
    try {
      if (typeof frame === "string") channel.send(frame);
      else channel.send(frame);
    } catch (cause) {
      throw new RadistError("data_channel_not_open", { cause });
    }
  }

  #drained(channel: RTCDataChannel): Promise<void> {
    const { signal } = this.#session;
    return new Promise((resolve) => {
      const done = () => resolve();
      channel.addEventListener("bufferedamountlow", done, { once: true, signal });
      channel.addEventListener("close", done, { once: true, signal });
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #opened(channel: RTCDataChannel, theirs: boolean): void {
    if (this.#open.has(channel)) return;
    this.#open.add(channel);
    const first = this.#speaking === undefined;
    if (first || (theirs && !this.#spoken)) this.#speaking = channel;
    if (first) this.#handlers.open();
  }

  #closed(channel: RTCDataChannel): void {
    this.#open.delete(channel);
    if (this.#speaking !== channel) return;
    [this.#speaking] = this.#open;
    if (!this.#speaking) this.#handlers.close();
  }
}
