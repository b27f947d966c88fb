import type { DataProducerInfo } from "@radist-tech/protocol";
import { ACKNOWLEDGEMENT_LABEL } from "@radist-tech/protocol/data-channels";
import type { types } from "mediasoup-client";
import { Ensured } from "../../core/ensured.ts";
import { RadistError } from "../../core/errors.ts";
import { DATA_CHANNEL_LABEL, type DataPayload, decodeMessage, encodeMessage, type Frame } from "../../core/framing.ts";
import type { LatchReader } from "../../core/latch.ts";
import type { RoomRosterEvent } from "../roster.ts";
import type { RoomMessage } from "../types.ts";
import { DataPublication, type MessagingSession, PRIVATE_PROTOCOL } from "./data-publication.ts";
import { LANE_PROTOCOL } from "./lane.ts";
import { MessageStream } from "./message-stream.ts";
import {
  type Acknowledgement,
  decodeAcknowledgement,
  decodeNumbered,
  encodeAcknowledgement,
  NUMBERED_LABEL,
} from "./numbered-frame.ts";
import { ReceiveOrder } from "./receive-order.ts";
import { Subscribers } from "./subscribers.ts";

export interface RoomDataOptions {
  readonly latch: LatchReader<MessagingSession>;
  /** Default: those of messages. */
  readonly labels?: { readonly numbered: string; readonly plain: string | undefined };
  /** Whether this side wants, and may have, what others send. */
  isReceiving(): boolean;
  readonly handlers: {
    message(message: RoomMessage): void;
    readonly failed: (error: unknown) => void;
  };
}

/** Another participant's data channel. */
interface Subscription {
  readonly peerId: string;
  readonly kind: string;
  readonly ensured: Ensured<MessagingSession>;
  current?: { readonly session: MessagingSession; readonly consumer: types.DataConsumer };
}

/** Messages from everybody, and to everybody or to one participant. */
export class RoomData {
  readonly #options: RoomDataOptions;
  readonly #numbered: string;
  readonly #plain: string | undefined;
  readonly #subscribers = new Subscribers();
  /** By the peer that they lead to; undefined: to everybody. */
  readonly #streams = new Map<string | undefined, MessageStream>();
  /** By data producer. */
  readonly #subscriptions = new Map<string, Subscription>();
  /** The data producers on which others acknowledge, with their owners. */
  readonly #acknowledgers = new Map<string, string>();
  /** What arrived, by sender. */
  readonly #orders = new Map<string, ReceiveOrder>();
  /** The kinds of channels that each sender has opened. */
  readonly #kinds = new Map<string, Set<string>>();
  readonly #acknowledgements: DataPublication;

  constructor(options: RoomDataOptions) {
    this.#options = options;
    const { numbered, plain } = options.labels ?? { numbered: NUMBERED_LABEL, plain: DATA_CHANNEL_LABEL };
    this.#numbered = numbered;
    this.#plain = plain;
    this.#acknowledgements = new DataPublication({
      latch: options.latch,
      subscribers: this.#subscribers,
      label: ACKNOWLEDGEMENT_LABEL,
      protocol: "",
      target: undefined,
      // Who subscribes later is told what it missed.
      waitsFor: () => false,
    });
  }

  /** @param to undefined: everybody */
  async send(payload: DataPayload, to: string | undefined): Promise<void> {
    const frame = encodeMessage(payload);
    await this.#stream(to).send(frame);
  }

  /** From now on, what is sent on this side's channel reaches this peer. */
  subscribed(dataProducerId: string, peerId: string): void {
    this.#subscribers.ready(dataProducerId, peerId);
    for (const stream of this.#streams.values()) stream.subscribed(dataProducerId, peerId);
    if (dataProducerId !== this.#acknowledgements.producerId) return;
    for (const acknowledgement of this.#orders.get(peerId)?.acknowledgements ?? []) this.#acknowledge(acknowledgement);
  }

  /** Applies what changed in the room. */
  apply(events: readonly RoomRosterEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case "joined":
          if (event.peer.isConnected) this.#subscribers.joined(event.peer.peerId);
          break;
        case "connection":
          if (event.isConnected) this.#subscribers.joined(event.peerId);
          else this.#subscribers.left(event.peerId);
          break;
        case "data-opened":
          this.#opened(event.peerId, event.dataProducer);
          break;
        case "data-closed":
          this.#acknowledgers.delete(event.dataProducerId);
          this.#unsubscribe(event.dataProducerId, "forget");
          break;
        case "left":
          this.#left(event.peerId);
          break;
        case "published":
        case "unpublished":
        case "mute":
          break;
      }
    }
  }

  /** There is a media session: another one, or the same one again. */
  renew(): void {
    for (const [id, subscription] of this.#subscriptions) this.#ensure(id, subscription);
  }

  close(error: RadistError): void {
    for (const stream of this.#streams.values()) stream.close(error);
    this.#streams.clear();
    this.#subscriptions.clear();
  }

  #stream(to: string | undefined): MessageStream {
    const { latch, handlers } = this.#options;
    const { failed } = handlers;
    const known = this.#streams.get(to);
    if (known) return known;
    const stream = new MessageStream({
      latch,
      subscribers: this.#subscribers,
      label: this.#numbered,
      plainLabel: this.#plain,
      target: to,
      failed,
    });
    this.#streams.set(to, stream);
    for (const [id, peerId] of this.#acknowledgers) this.#hearAcknowledgements(id, peerId);
    return stream;
  }

  #left(leftPeerId: string): void {
    this.#subscribers.left(leftPeerId);
    for (const [id, { peerId }] of this.#subscriptions) if (peerId === leftPeerId) this.#unsubscribe(id, "forget");
    for (const [id, peerId] of this.#acknowledgers) if (peerId === leftPeerId) this.#acknowledgers.delete(id);
    this.#orders.delete(leftPeerId);
    this.#kinds.delete(leftPeerId);
    for (const stream of this.#streams.values()) stream.left(leftPeerId);
    this.#streams.get(leftPeerId)?.close(new RadistError("peer_not_found", { message: "The participant has left." }));
    this.#streams.delete(leftPeerId);
  }

  #opened(peerId: string, { dataProducerId, label, protocol }: DataProducerInfo): void {
    if (label === ACKNOWLEDGEMENT_LABEL) {
      this.#acknowledgers.set(dataProducerId, peerId);
      if (this.#streams.size > 0) this.#hearAcknowledgements(dataProducerId, peerId);
      return;
    }
    if ((label !== this.#numbered && label !== this.#plain) || !this.#options.isReceiving()) return;
    const kind = `${label} ${protocol}`;
    const kinds = this.#kinds.get(peerId) ?? new Set();
    // The sender's plain channel is for SDKs that do not acknowledge.
    if (label === this.#plain && kinds.has(`${this.#numbered} ${protocol}`)) return;
    this.#kinds.set(peerId, kinds.add(kind));
    if (label === this.#numbered) this.#replace(peerId, `${this.#plain} ${protocol}`);
    if (protocol === LANE_PROTOCOL) this.#replace(peerId, `${this.#numbered} `);
    const isPrivate = protocol === PRIVATE_PROTOCOL;
    const deliver = (frame: Frame) =>
      this.#options.handlers.message({ ...decodeMessage(frame), fromPeerId: peerId, isPrivate });
    const receive = label === this.#plain ? deliver : (data: Frame) => this.#receive(peerId, data, deliver);
    this.#subscribe(dataProducerId, peerId, kind, receive);
  }

  /** Delivers a numbered message, unless it has been or an earlier one is missing. */
  #receive(peerId: string, data: Frame, deliver: (frame: Frame) => void): void {
    const numbered = decodeNumbered(data);
    if (!numbered) return;
    const order = this.#orders.get(peerId) ?? new ReceiveOrder();
    this.#orders.set(peerId, order);
    const { isNext, acknowledge } = order.receive(numbered);
    if (acknowledge) this.#acknowledge(acknowledge);
    if (isNext) deliver(numbered.frame);
  }

  #acknowledge(acknowledgement: Acknowledgement): void {
    this.#acknowledgements.send(encodeAcknowledgement(acknowledgement)).catch(this.#options.handlers.failed);
  }

  #hearAcknowledgements(dataProducerId: string, peerId: string): void {
    this.#subscribe(dataProducerId, peerId, ACKNOWLEDGEMENT_LABEL, (data) => {
      const acknowledgement = decodeAcknowledgement(data);
      if (!acknowledgement) return;
      for (const stream of this.#streams.values()) {
        if (stream.id === acknowledgement.stream) stream.acknowledged(peerId, acknowledgement);
      }
    });
  }

  #subscribe(dataProducerId: string, peerId: string, kind: string, receive: (frame: Frame) => void): void {
    if (this.#subscriptions.has(dataProducerId)) return;
    const subscription: Subscription = {
      peerId,
      kind,
      ensured: new Ensured({
        latch: this.#options.latch,
        isMissing: (session) => {
          const { current } = subscription;
          const isWanted = this.#subscriptions.get(dataProducerId) === subscription;
          return isWanted && !(current?.session === session && !current.consumer.closed);
        },
        make: async (session) => {
          const consumer = await session.consumeData(dataProducerId);
          if (this.#subscriptions.get(dataProducerId) !== subscription) {
            return session.drop("dataConsumers", consumer.id);
          }
          consumer.binaryType = "arraybuffer";
          consumer.on("message", (frame: Frame) => receive(frame));
          subscription.current = { session, consumer };
        },
        isPersistent: true,
      }),
    };
    this.#subscriptions.set(dataProducerId, subscription);
    this.#ensure(dataProducerId, subscription);
  }

  #ensure(dataProducerId: string, subscription: Subscription): void {
    subscription.ensured.ensure().catch((error: unknown) => {
      // The owner may close the channel before this side has subscribed to it.
      const isObsolete = this.#subscriptions.get(dataProducerId) !== subscription;
      if (!isObsolete) this.#options.handlers.failed(error);
    });
  }

  /** Another channel of this sender carries the same messages. */
  #replace(peerId: string, kind: string): void {
    for (const [id, subscription] of this.#subscriptions) {
      if (subscription.peerId === peerId && subscription.kind === kind) this.#unsubscribe(id, "drop");
    }
  }

  /** @param how `forget` what the platform has closed, `drop` what it has not */
  #unsubscribe(dataProducerId: string, how: "forget" | "drop"): void {
    const current = this.#subscriptions.get(dataProducerId)?.current;
    this.#subscriptions.delete(dataProducerId);
    if (current) current.session[how]("dataConsumers", current.consumer.id);
  }
}

/** @throws RadistError `peer_not_found` when no such participant is in the room */
export function assertPresent(to: string | undefined, present: ReadonlyMap<string, unknown>): void {
  if (to !== undefined && !present.has(to)) {
    throw new RadistError("peer_not_found", { message: "There is no such participant in this room." });
  }
}
