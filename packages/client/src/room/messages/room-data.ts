import type { DataProducerInfo } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import { DATA_CHANNEL_LABEL } from "../../call/data-channel.ts";
import type { DataPayload } from "../../call/types.ts";
import { RadistError } from "../../core/errors.ts";
import { decodeMessage, encodeMessage } from "../../core/framing.ts";
import type { Gate } from "../gate.ts";
import type { RoomRosterEvent } from "../roster.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { RoomMessage } from "../types.ts";
import { Upkeep } from "../upkeep.ts";
import { DataLane, PRIVATE_PROTOCOL } from "./data-lane.ts";
import { Listeners } from "./listeners.ts";

export interface RoomDataOptions {
  readonly gate: Gate<MediaSession>;
  /** Whether this side wants, and may have, what others send. */
  isListening(): boolean;
  readonly handlers: {
    message(message: RoomMessage): void;
    failed(error: unknown): void;
  };
}

/** A data channel of somebody that is listened to. */
interface Listening {
  readonly peerId: string;
  readonly upkeep: Upkeep<MediaSession>;
  taken?: { readonly session: MediaSession; readonly consumer: types.DataConsumer };
}

/** Messages from everybody, and to all or one. */
export class RoomData {
  readonly #options: RoomDataOptions;
  readonly #listeners = new Listeners();
  readonly #lanes = new Map<string | undefined, DataLane>();
  readonly #listening = new Map<string, Listening>();

  constructor(options: RoomDataOptions) {
    this.#options = options;
  }

  /** @param to undefined: all */
  async send(payload: DataPayload, to: string | undefined): Promise<void> {
    const frame = encodeMessage(payload);
    const lane = this.#lanes.get(to) ?? new DataLane(this.#options.gate, this.#listeners, to);
    this.#lanes.set(to, lane);
    await lane.send(frame);
  }

  /** What is sent on one of the own channels reaches a peer from now on. */
  isHeard(dataProducerId: string, peerId: string): void {
    this.#listeners.ready(dataProducerId, peerId);
  }

  follow(events: readonly RoomRosterEvent[]): void {
    for (const event of events) {
      if (event.type === "joined" && event.peer.isConnected) this.#listeners.arrived(event.peer.peerId);
      if (event.type === "connection" && event.isConnected) this.#listeners.arrived(event.peerId);
      if (event.type === "left" || (event.type === "connection" && !event.isConnected)) {
        this.#listeners.left(event.peerId);
      }
      if (event.type === "data-opened") this.#listen(event.peerId, event.dataProducer);
      if (event.type === "data-closed") this.#forget(event.dataProducerId);
      if (event.type !== "left") continue;
      for (const [id, { peerId }] of this.#listening) if (peerId === event.peerId) this.#forget(id);
      this.#lanes.get(event.peerId)?.close();
      this.#lanes.delete(event.peerId);
    }
  }

  /** There is a media session, another one or the same one again. */
  renew(): void {
    for (const [id, listening] of this.#listening) this.#ensure(id, listening);
  }

  close(): void {
    this.#lanes.clear();
    this.#listening.clear();
  }

  #listen(peerId: string, { dataProducerId, label, protocol }: DataProducerInfo): void {
    if (label !== DATA_CHANNEL_LABEL || !this.#options.isListening()) return;
    const isPrivate = protocol === PRIVATE_PROTOCOL;
    const listening: Listening = {
      peerId,
      upkeep: new Upkeep({
        gate: this.#options.gate,
        isMissing: (session) => {
          const { taken } = listening;
          const isWanted = this.#listening.get(dataProducerId) === listening;
          return isWanted && !(taken?.session === session && !taken.consumer.closed);
        },
        make: async (session) => {
          const consumer = await session.consumeData(dataProducerId);
          if (this.#listening.get(dataProducerId) !== listening) return session.drop("dataConsumers", consumer.id);
          consumer.binaryType = "arraybuffer";
          consumer.on("message", (frame: string | ArrayBuffer) => {
            this.#options.handlers.message({ ...decodeMessage(frame), fromPeerId: peerId, isPrivate });
          });
          listening.taken = { session, consumer };
        },
      }),
    };
    this.#listening.set(dataProducerId, listening);
    this.#ensure(dataProducerId, listening);
  }

  #ensure(dataProducerId: string, listening: Listening): void {
    listening.upkeep.ensure().catch((error: unknown) => {
      // Closed by its owner before it could be listened to.
      const isOvertaken = this.#listening.get(dataProducerId) !== listening;
      if (!isOvertaken) this.#options.handlers.failed(error);
    });
  }

  #forget(dataProducerId: string): void {
    const taken = this.#listening.get(dataProducerId)?.taken;
    this.#listening.delete(dataProducerId);
    if (taken) taken.session.forget("dataConsumers", taken.consumer.id);
  }
}

/** @throws RadistError where a message cannot be meant */
export function assertReachable(to: string | undefined, present: ReadonlyMap<string, unknown>): void {
  if (to !== undefined && !present.has(to)) {
    throw new RadistError("peer_not_found", { message: "No such participant in this room." });
  }
}
