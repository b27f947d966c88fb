import type { types } from "mediasoup-client";
import { DATA_CHANNEL_LABEL } from "../../call/data-channel.ts";
import { RadistError } from "../../core/errors.ts";
import { frameBytes } from "../../core/framing.ts";
import type { Gate } from "../gate.ts";
import type { MediaSession } from "../transport/media-session.ts";
import { Upkeep } from "../upkeep.ts";
import type { Listeners } from "./listeners.ts";

/** How the receiver of a message knows that it was meant for it alone. */
export const PRIVATE_PROTOCOL = "private";

/** `send` waits while more than this is unsent, until less than a quarter of it is. */
const HIGH_WATER_BYTES = 1_048_576;

/** What a browser accepts that says nothing else (RFC 8841, section 6.1). */
const DEFAULT_MAX_BYTES = 65_536;

type Frame = string | ArrayBuffer;

/** The way of messages to all, or to one participant. It opens with the first message. */
export class DataLane {
  readonly #upkeep: Upkeep<MediaSession>;
  readonly #listeners: Listeners;
  readonly #target: string | undefined;
  #open:
    | { readonly session: MediaSession; readonly producer: types.DataProducer; readonly openedAt: number }
    | undefined;
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param targetPeerId undefined: to all */
  constructor(gate: Gate<MediaSession>, listeners: Listeners, targetPeerId: string | undefined) {
    this.#listeners = listeners;
    this.#target = targetPeerId;
    this.#upkeep = new Upkeep({
      gate,
      isMissing: (session) => !this.#isClosed && !(this.#open?.session === session && !this.#open.producer.closed),
      make: async (session) => {
        const protocol = targetPeerId === undefined ? "" : PRIVATE_PROTOCOL;
        const producer = await session.produceData(protocol, DATA_CHANNEL_LABEL, targetPeerId);
        producer.bufferedAmountLowThreshold = HIGH_WATER_BYTES / 4;
        producer.observer.once("close", () => listeners.forget(producer.id));
        this.#open = { session, producer, openedAt: performance.now() };
      },
    });
  }

  /** Sends one message, after all earlier ones. Resolves when the browser took it. */
  send(frame: Frame): Promise<void> {
    const sent = this.#queue.then(() => this.#transmit(frame));
    // What failed is the failed caller's affair, not the next one's.
    this.#queue = sent.catch(() => {});
    return sent;
  }

  /** Gives the way up on both sides. */
  close(): void {
    this.#isClosed = true;
    if (this.#open) this.#open.session.drop("dataProducers", this.#open.producer.id);
  }

  async #transmit(frame: Frame): Promise<void> {
    for (;;) {
      // An open channel goes on while the socket is away.
      if (this.#open?.producer.closed !== false) await this.#upkeep.ensure();
      const open = this.#open;
      if (this.#isClosed || !open) throw new RadistError("data_channel_not_open");
      const { session, producer, openedAt } = open;
      const limit = session.send.getDataChannelMaxMessageSize() || DEFAULT_MAX_BYTES;
      const bytes = frameBytes(frame);
      if (bytes > limit) {
        const message = `The message has ${bytes} bytes; ${limit} can be sent at once. Send it in parts.`;
        throw new RadistError("data_too_large", { message });
      }
      if (producer.readyState !== "open") await happened(producer, "open");
      await this.#listeners.settled(producer.id, openedAt, this.#target);
      if (producer.bufferedAmount > HIGH_WATER_BYTES) await happened(producer, "bufferedamountlow");
      if (producer.readyState === "open") {
        producer.send(frame);
        return;
      }
      // Closed while this message waited: the media goes on elsewhere, and so does it.
    }
  }
}

/** Resolves with the event, or with the end of the channel. */
function happened(producer: types.DataProducer, event: "open" | "bufferedamountlow"): Promise<void> {
  if (producer.closed) return Promise.resolve();
  return new Promise((resolve) => {
    producer.once(event, resolve);
    producer.observer.once("close", resolve);
  });
}
