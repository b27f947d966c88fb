import type { DataProducerInfo } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import { Ensured } from "../../core/ensured.ts";
import { RadistError } from "../../core/errors.ts";
import { DATA_CHANNEL_LABEL, type DataPayload, decodeMessage, encodeMessage } from "../../core/framing.ts";
import type { LatchReader } from "../../core/latch.ts";
import type { RoomRosterEvent } from "../roster.ts";
import type { RoomMessage } from "../types.ts";
import { DataPublication, type MessagingSession, PRIVATE_PROTOCOL } from "./data-publication.ts";
import { Subscribers } from "./subscribers.ts";

export interface RoomDataOptions {
  readonly latch: LatchReader<MessagingSession>;
  /** Whether this side wants, and may have, what others send. */
  isReceiving(): boolean;
  readonly handlers: {
    message(message: RoomMessage): void;
    failed(error: unknown): void;
  };
}

/** Another participant's data channel. */
interface Subscription {
  readonly peerId: string;
  readonly ensured: Ensured<MessagingSession>;
  current?: { readonly session: MessagingSession; readonly consumer: types.DataConsumer };
}

/** Messages from everybody, and to everybody or to one participant. */
export class RoomData {
  readonly #options: RoomDataOptions;
  readonly #subscribers = new Subscribers();
  /** By the peer that they lead to; undefined: to everybody. */
  readonly #publications = new Map<string | undefined, DataPublication>();
  /** By data producer. */
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(options: RoomDataOptions) {
    this.#options = options;
  }

  /** @param to undefined: everybody */
  async send(payload: DataPayload, to: string | undefined): Promise<void> {
    const frame = encodeMessage(payload);
    const publication = this.#publications.get(to) ?? new DataPublication(this.#options.latch, this.#subscribers, to);
    this.#publications.set(to, publication);
    await publication.send(frame);
  }

  /** From now on, what is sent on this side's channel reaches this peer. */
  subscribed(dataProducerId: string, peerId: string): void {
    this.#subscribers.ready(dataProducerId, peerId);
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
          this.#subscribe(event.peerId, event.dataProducer);
          break;
        case "data-closed":
          this.#unsubscribe(event.dataProducerId);
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

  close(): void {
    this.#publications.clear();
    this.#subscriptions.clear();
  }

  #left(leftPeerId: string): void {
    this.#subscribers.left(leftPeerId);
    for (const [id, { peerId }] of this.#subscriptions) if (peerId === leftPeerId) this.#unsubscribe(id);
    this.#publications.get(leftPeerId)?.close();
    this.#publications.delete(leftPeerId);
  }

  #subscribe(peerId: string, { dataProducerId, label, protocol }: DataProducerInfo): void {
    if (label !== DATA_CHANNEL_LABEL || !this.#options.isReceiving()) return;
    const isPrivate = protocol === PRIVATE_PROTOCOL;
    const subscription: Subscription = {
      peerId,
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
          consumer.on("message", (frame: string | ArrayBuffer) => {
            this.#options.handlers.message({ ...decodeMessage(frame), fromPeerId: peerId, isPrivate });
          });
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

  #unsubscribe(dataProducerId: string): void {
    const current = this.#subscriptions.get(dataProducerId)?.current;
    this.#subscriptions.delete(dataProducerId);
    if (current) current.session.forget("dataConsumers", current.consumer.id);
  }
}

/** @throws RadistError `peer_not_found` when no such participant is in the room */
export function assertPresent(to: string | undefined, present: ReadonlyMap<string, unknown>): void {
  if (to !== undefined && !present.has(to)) {
    throw new RadistError("peer_not_found", { message: "There is no such participant in this room." });
  }
}
