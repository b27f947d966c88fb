import type { types } from "mediasoup-client";
import { Ensured } from "../../core/ensured.ts";
import { RadistError } from "../../core/errors.ts";
import type { Frame, OutgoingFrame } from "../../core/framing.ts";
import type { LatchReader } from "../../core/latch.ts";
import { assertFits, LOW_WATER_BYTES, OutgoingChannel, type Outlet } from "../../core/outgoing-channel.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { Subscribers } from "./subscribers.ts";

/** Shows the receiver of a message that it was sent to nobody else. */
export const PRIVATE_PROTOCOL = "private";

/** The part of a media session that messages need. */
export interface MessagingSession extends Pick<MediaSession, "produceData" | "consumeData" | "drop" | "forget"> {
  readonly send: Pick<types.Transport, "getDataChannelMaxMessageSize">;
}

export interface DataPublicationOptions {
  readonly latch: LatchReader<MessagingSession>;
  readonly subscribers: Subscribers;
  readonly label: string;
  readonly protocol: string;
  /** Undefined: everybody. */
  readonly target: string | undefined;
  /** Whether a message waits until this peer, if it is the target or there is none, has subscribed, or had the time to. */
  readonly waitsFor?: (peerId: string) => boolean;
  /** What the next session's channel has to carry first, since it may have been lost with the last one's. */
  readonly unfinished?: () => readonly Frame[];
  /** Whether messages are needed although nobody has subscribed. */
  readonly isAlwaysNeeded?: boolean;
}

interface Published {
  readonly session: MessagingSession;
  readonly producer: types.DataProducer;
  readonly openedAt: number;
  isReady: boolean;
}

/** A data channel to everybody, or to one participant. It is opened by the first message. */
export class DataPublication {
  readonly #channel = new OutgoingChannel((frame) => this.#nextOutlet(frame));
  readonly #ensured: Ensured<MessagingSession>;
  readonly #options: DataPublicationOptions;
  #published: Published | undefined;
  #isClosed = false;

  constructor(options: DataPublicationOptions) {
    this.#options = options;
    const { latch, subscribers, protocol, label, target } = options;
    this.#ensured = new Ensured({
      latch,
      isMissing: (session) =>
        !this.#isClosed && !(this.#published?.session === session && !this.#published.producer.closed),
      make: async (session) => {
        const producer = await session.produceData(protocol, label, target);
        producer.bufferedAmountLowThreshold = LOW_WATER_BYTES;
        producer.observer.once("close", () => subscribers.forgetChannel(producer.id));
        this.#published = { session, producer, openedAt: performance.now(), isReady: false };
      },
    });
  }

  /** The present channel, if it is open. */
  get producerId(): string | undefined {
    return this.#published?.producer.closed === false ? this.#published.producer.id : undefined;
  }

  /** Sends one message, after all earlier ones. Resolves when it is handed to the browser. */
  send(frame: OutgoingFrame): Promise<void> {
    return this.#channel.send(frame);
  }

  /** Closes the channel on both sides. */
  close(): void {
    this.#isClosed = true;
    if (this.#published) this.#published.session.drop("dataProducers", this.#published.producer.id);
  }

  async #nextOutlet(frame: Frame): Promise<Outlet> {
    // An open channel keeps working while the socket is lost.
    if (this.#published?.producer.closed !== false) await this.#ensured.ensure();
    const published = this.#published;
    if (this.#isClosed || !published) throw new RadistError("data_channel_not_open");
    const { session, producer, openedAt } = published;
    const { subscribers, target, waitsFor, unfinished, isAlwaysNeeded = true } = this.#options;
    assertFits(frame, session.send.getDataChannelMaxMessageSize());
    if (producer.readyState !== "open") await happened(producer, "open");
    await subscribers.allReady(producer.id, openedAt, (id) => (target ?? id) === id && (waitsFor?.(id) ?? true));
    return {
      get bufferedAmount() {
        return producer.bufferedAmount;
      },
      drained: () => happened(producer, "bufferedamountlow"),
      send: (message) => {
        // Closed while the message waited: it leaves by the channel of the next session.
        if (producer.readyState !== "open") return false;
        if (!isAlwaysNeeded && !subscribers.hasAny(producer.id)) return true;
        if (!published.isReady) for (const earlier of unfinished?.() ?? []) producer.send(earlier);
        published.isReady = true;
        producer.send(message);
        return true;
      },
    };
  }
}

/** Resolves with the event, or when the channel closes. */
function happened(producer: types.DataProducer, event: "open" | "bufferedamountlow"): Promise<void> {
  if (producer.closed) return Promise.resolve();
  return new Promise((resolve) => {
    producer.once(event, resolve);
    producer.observer.once("close", resolve);
  });
}
