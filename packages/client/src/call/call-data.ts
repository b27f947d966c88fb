import { RadistError } from "../core/errors.ts";
import { type DataMessage, type DataPayload, decodeMessage, encodeMessage } from "../core/framing.ts";
import { assertFits, LOW_WATER_BYTES, OutgoingChannel, type Outlet } from "../core/outgoing-channel.ts";

export interface CallDataHandlers {
  open(): void;
  close(): void;
  message(message: DataMessage): void;
}

/**
 * The data channels of a media session. There is one, or two where both sides offered at the same time, each with a
 * channel of its own. Then messages are received on both and sent on one, so that their order holds: on the other side's
 * channel, which the other side certainly has, unless something was sent on this side's already.
 */
export class CallData {
  readonly #handlers: CallDataHandlers;
  readonly #outgoing = new OutgoingChannel(() => this.#outlet());
  /** The channel that is sent on. */
  #sending: RTCDataChannel | undefined;
  #hasSent = false;
  #open = new Set<RTCDataChannel>();
  #session = new AbortController();

  constructor(handlers: CallDataHandlers) {
    this.#handlers = handlers;
  }

  get isOpen(): boolean {
    return this.#sending !== undefined;
  }

  /**
   * Adds a channel of the present session.
   *
   * @param isRemote whether the other side created it
   */
  add(channel: RTCDataChannel, isRemote: boolean): void {
    const { signal } = this.#session;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.addEventListener("open", () => this.#opened(channel, isRemote), { signal });
    channel.addEventListener("close", () => this.#closed(channel), { signal });
    channel.addEventListener("message", ({ data }) => this.#handlers.message(decodeMessage(data)), { signal });
    if (channel.readyState === "open") this.#opened(channel, isRemote);
  }

  /** The session is over, and its channels with it. */
  reset(): void {
    this.#session.abort();
    this.#session = new AbortController();
    const wasOpen = this.#sending !== undefined;
    this.#open.clear();
    this.#sending = undefined;
    this.#hasSent = false;
    if (wasOpen) this.#handlers.close();
  }

  /**
   * Sends one message, after all earlier ones. Resolves when it is handed to the browser.
   *
   * @param maxBytes what the other side accepts in one message
   */
  send(payload: DataPayload, maxBytes: number | undefined): Promise<void> {
    const frame = encodeMessage(payload);
    assertFits(frame, maxBytes);
    return this.#outgoing.send(frame);
  }

  #outlet(): Outlet {
    const channel = this.#sending;
    if (!channel) throw new RadistError("data_channel_not_open");
    return {
      get bufferedAmount() {
        return channel.bufferedAmount;
      },
      drained: () => this.#drained(channel),
      send: (frame) => {
        // A message that was meant for this session is not sent in the next one, which may be with another page.
        if (channel !== this.#sending || channel.readyState !== "open") throw new RadistError("data_channel_not_open");
        this.#hasSent = true;
        try {
          if (typeof frame === "string") channel.send(frame);
          else channel.send(frame);
        } catch (cause) {
          throw new RadistError("data_channel_not_open", { cause });
        }
        return true;
      },
    };
  }

  #drained(channel: RTCDataChannel): Promise<void> {
    const { signal } = this.#session;
    // It may have closed since the message's turn came.
    if (channel.readyState !== "open" || channel !== this.#sending) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => resolve();
      channel.addEventListener("bufferedamountlow", done, { once: true, signal });
      channel.addEventListener("close", done, { once: true, signal });
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #opened(channel: RTCDataChannel, isRemote: boolean): void {
    if (this.#open.has(channel)) return;
    this.#open.add(channel);
    const isFirst = this.#sending === undefined;
    if (isFirst || (isRemote && !this.#hasSent)) this.#sending = channel;
    if (isFirst) this.#handlers.open();
  }

  #closed(channel: RTCDataChannel): void {
    this.#open.delete(channel);
    if (this.#sending !== channel) return;
    [this.#sending] = this.#open;
    if (!this.#sending) this.#handlers.close();
  }
}
