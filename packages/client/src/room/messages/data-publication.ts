import type { types } from "mediasoup-client";
import { Ensured } from "../../core/ensured.ts";
import { RadistError } from "../../core/errors.ts";
import { DATA_CHANNEL_LABEL, type Frame, type OutgoingFrame } from "../../core/framing.ts";
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

interface Published {
  readonly session: MessagingSession;
  readonly producer: types.DataProducer;
  readonly openedAt: number;
}

/** The data channel to everybody, or to one participant. It is opened by the first message. */
export class DataPublication {
  readonly #channel = new OutgoingChannel((frame) => this.#nextOutlet(frame));
  readonly #ensured: Ensured<MessagingSession>;
  readonly #subscribers: Subscribers;
  readonly #target: string | undefined;
  #published: Published | undefined;
  #isClosed = false;

  /** @param targetPeerId undefined: everybody */
  constructor(latch: LatchReader<MessagingSession>, subscribers: Subscribers, targetPeerId: string | undefined) {
    this.#subscribers = subscribers;
    this.#target = targetPeerId;
    this.#ensured = new Ensured({
      latch,
      isMissing: (session) =>
        !this.#isClosed && !(this.#published?.session === session && !this.#published.producer.closed),
      make: async (session) => {
        const protocol = targetPeerId === undefined ? "" : PRIVATE_PROTOCOL;
        const producer = await session.produceData(protocol, DATA_CHANNEL_LABEL, targetPeerId);
        producer.bufferedAmountLowThreshold = LOW_WATER_BYTES;
        producer.observer.once("close", () => subscribers.forgetChannel(producer.id));
        this.#published = { session, producer, openedAt: performance.now() };
      },
    });
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
    if (this.#isClosed || !this.#published) throw new RadistError("data_channel_not_open");
    const { session, producer, openedAt } = this.#published;
    assertFits(frame, session.send.getDataChannelMaxMessageSize());
    if (producer.readyState !== "open") await happened(producer, "open");
    await this.#subscribers.allReady(producer.id, openedAt, this.#target);
    return {
      get bufferedAmount() {
        return producer.bufferedAmount;
      },
      drained: () => happened(producer, "bufferedamountlow"),
      send: (message) => {
        // Closed while the message waited: it leaves by the channel of the next session.
        if (producer.readyState !== "open") return false;
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
