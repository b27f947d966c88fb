import { EventEmitter } from "node:events";
import { Latch } from "../../core/latch.ts";
import type { RoomMessage } from "../types.ts";
import type { MessagingSession } from "./data-publication.ts";
import { RoomData } from "./room-data.ts";

interface Channel {
  readonly id: string;
  readonly owner: string;
  readonly label: string;
  readonly protocol: string;
  readonly target: string | undefined;
}

/** What a media server has to pass on to one receiver of one channel. */
interface Pipe {
  readonly channel: Channel;
  readonly receiver: string;
  readonly consumer: EventEmitter;
  readonly frames: unknown[];
}

/** A participant with the real messaging of the SDK. */
export interface Member {
  readonly data: RoomData;
  readonly received: RoomMessage[];
  readonly failures: unknown[];
}

/** A media server that passes on messages when the test says, and may lose them. */
export class MediaServerModel {
  readonly members = new Map<string, Member>();
  readonly #channels = new Map<string, Channel>();
  readonly #pipes: Pipe[] = [];
  #count = 0;

  constructor(...peerIds: string[]) {
    for (const peerId of peerIds) this.#join(peerId);
  }

  /** The pipes that have something, by their receiver, in a stable order. */
  #loaded(receiver: string, label?: string): Pipe[] {
    return this.#pipes.filter(
      ({ receiver: to, frames, channel }) =>
        to === receiver && frames.length > 0 && (label === undefined || channel.label === label),
    );
  }

  /** Passes on the next message for this receiver. */
  deliver(receiver: string): boolean {
    const [pipe] = this.#loaded(receiver);
    if (!pipe) return false;
    pipe.consumer.emit("message", pipe.frames.shift());
    return true;
  }

  /** Loses the next message to all for this receiver. */
  lose(receiver: string): void {
    const pipe = this.#loaded(receiver, "radist-messages").find(({ channel }) => channel.target === undefined);
    pipe?.frames.shift();
  }

  #join(peerId: string): void {
    const received: RoomMessage[] = [];
    const failures: unknown[] = [];
    const latch = new Latch<MessagingSession>();
    const data = new RoomData({
      latch,
      isReceiving: () => true,
      handlers: { message: (message) => received.push(message), failed: (error) => failures.push(error) },
    });
    for (const [other, member] of this.members) {
      member.data.apply([this.#joined(peerId)]);
      data.apply([this.#joined(other)]);
    }
    this.members.set(peerId, { data, received, failures });
    latch.open(this.#session(peerId));
  }

  #joined(peerId: string) {
    const peer = { peerId, isConnected: true, producers: new Map(), dataProducers: new Map() };
    return { type: "joined", peer } as const;
  }

  #session(owner: string): MessagingSession {
    return {
      send: { getDataChannelMaxMessageSize: () => 262_144 },
      produceData: async (protocol: string, label: string, target: string | undefined) => {
        const id = `channel ${++this.#count}`;
        this.#channels.set(id, { id, owner, label, protocol, target });
        for (const [peerId, { data }] of this.members) {
          if (peerId === owner || (target ?? peerId) !== peerId) continue;
          const dataProducer = { dataProducerId: id, label, protocol };
          queueMicrotask(() => data.apply([{ type: "data-opened", peerId: owner, dataProducer }]));
        }
        return this.#producer(id);
      },
      consumeData: async (id: string) => {
        const channel = this.#channels.get(id);
        if (!channel) throw new Error("There is no such channel.");
        const consumer = Object.assign(new EventEmitter(), { id: `${owner} of ${id}`, binaryType: "", closed: false });
        this.#pipes.push({ channel, receiver: owner, consumer, frames: [] });
        queueMicrotask(() => this.members.get(channel.owner)?.data.subscribed(id, owner));
        return consumer;
      },
      drop: (_kind: string, id: string) => this.#unpipe(id),
      forget: (_kind: string, id: string) => this.#unpipe(id),
    } as unknown as MessagingSession;
  }

  #producer(id: string) {
    const send = (frame: unknown) => {
      for (const { channel, frames } of this.#pipes) if (channel.id === id) frames.push(frame);
    };
    const observer = new EventEmitter();
    const state = { id, observer, send, bufferedAmount: 0, bufferedAmountLowThreshold: 0, readyState: "open" };
    return Object.assign(new EventEmitter(), state, { closed: false });
  }

  #unpipe(consumerId: string): void {
    const index = this.#pipes.findIndex(({ receiver, channel }) => `${receiver} of ${channel.id}` === consumerId);
    if (index >= 0) this.#pipes.splice(index, 1);
  }
}
