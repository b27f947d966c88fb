import { EventEmitter } from "node:events";
import type { types } from "mediasoup-client";
import { vi } from "vitest";
import type { SendingDevice } from "./publishing/produce-options.ts";
import type { RoomRequest } from "./signaling/requests.ts";
import type { RoomSocket } from "./signaling/room-socket.ts";
import type { ConsumeDetails, ProduceDetails } from "./transport/media-session.ts";
import type { ObjectKind } from "./transport/remote-objects.ts";

/** A MediaStreamTrack without media. */
export class TrackModel extends EventTarget {
  readonly kind: "audio" | "video";
  enabled = true;
  muted = false;
  contentHint = "";
  readyState: MediaStreamTrackState = "live";

  constructor(kind: "audio" | "video") {
    super();
    this.kind = kind;
  }

  getSettings(): MediaTrackSettings {
    return this.kind === "video" ? { width: 1_280, height: 720.4 } : {};
  }

  /** By the page: fires no event. */
  stop(): void {
    this.readyState = "ended";
  }

  /** By the system. */
  setMuted(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  }

  /** By the device, or by the user. */
  end(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

export const track = (kind: "audio" | "video") => new TrackModel(kind) as TrackModel & MediaStreamTrack;

/** A MediaStream without media. */
class StreamModel {
  readonly #tracks: Set<MediaStreamTrack>;

  constructor(tracks: readonly MediaStreamTrack[] = []) {
    this.#tracks = new Set(tracks);
  }

  getTracks(): MediaStreamTrack[] {
    return [...this.#tracks];
  }

  getVideoTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === "video");
  }

  getAudioTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === "audio");
  }

  addTrack(added: MediaStreamTrack): void {
    this.#tracks.add(added);
  }

  removeTrack(removed: MediaStreamTrack): void {
    this.#tracks.delete(removed);
  }
}

/** Node has no streams. Undone by `vi.unstubAllGlobals()`. */
export const stubStreams = () => vi.stubGlobal("MediaStream", StreamModel);

/** One producer or consumer of a {@link SessionModel}. */
export class ObjectModel extends EventEmitter {
  readonly id: string;
  readonly observer = new EventEmitter();
  readonly track: MediaStreamTrack;
  readonly producerId: string;
  readonly layers: number[] = [];
  readonly sent: unknown[] = [];
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType = "blob";
  readyState = "open";
  closed = false;

  constructor(id: string, sent: MediaStreamTrack, producerId = "") {
    super();
    this.id = id;
    this.track = sent;
    this.producerId = producerId;
  }

  /** What a producer sends now. */
  current: MediaStreamTrack | undefined;

  async replaceTrack({ track: next }: { track: MediaStreamTrack | null }): Promise<void> {
    if (this.closed) throw new Error("The producer is closed.");
    this.current = next ?? undefined;
  }

  async setMaxSpatialLayer(layer: number): Promise<void> {
    this.layers.push(layer);
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map([["id", { id: this.id }]]) as unknown as RTCStatsReport;
  }

  send(frame: unknown): void {
    this.sent.push(frame);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.readyState = "closed";
    this.observer.emit("close");
  }
}

/** A media session whose platform grants everything, unless the test says otherwise. */
export class SessionModel {
  readonly device: SendingDevice = { sendRtpCapabilities: { codecs: [] }, handlerName: "Chrome111" };
  readonly send = { getDataChannelMaxMessageSize: () => 100 };
  readonly objects: ObjectModel[] = [];
  /** What was asked of the session, in order. */
  readonly log: string[] = [];
  /** Runs before each object is created, and may reject. */
  beforeCreate: () => unknown = () => undefined;
  #count = 0;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** The newest object. */
  get last(): ObjectModel {
    const last = this.objects.at(-1);
    if (!last) throw new Error("Nothing was created yet.");
    return last;
  }

  async produce({ track: sent }: types.ProducerOptions, details: ProduceDetails): Promise<types.Producer> {
    this.log.push(`produce ${details.source}${details.paused ? " muted" : ""}`);
    const producer = await this.#create(sent ?? track("audio"));
    producer.current = sent;
    return producer as unknown as types.Producer;
  }

  async consume({ producerId, paused, streamId }: ConsumeDetails): Promise<types.Consumer> {
    this.log.push(`consume ${producerId} for ${streamId}${paused ? ", paused" : ""}`);
    return (await this.#create(track(paused ? "video" : "audio"), producerId)) as unknown as types.Consumer;
  }

  async produceData(protocol: string, _label: string, target: string | undefined): Promise<types.DataProducer> {
    this.log.push(`produce data for ${target ?? "all"}${protocol && `, ${protocol}`}`);
    return (await this.#create(track("audio"))) as unknown as types.DataProducer;
  }

  async consumeData(dataProducerId: string): Promise<types.DataConsumer> {
    this.log.push(`consume data ${dataProducerId}`);
    return (await this.#create(track("audio"), dataProducerId)) as unknown as types.DataConsumer;
  }

  drop(kind: ObjectKind, id: string): void {
    this.log.push(`drop ${kind} ${id}`);
    this.#close(id);
  }

  forget(kind: ObjectKind, id: string): void {
    this.log.push(`forget ${kind} ${id}`);
    this.#close(id);
  }

  /** As a media server that dies does. */
  close(): void {
    for (const object of this.objects) object.close();
  }

  async #create(sent: MediaStreamTrack, producerId?: string): Promise<ObjectModel> {
    await this.beforeCreate();
    const object = new ObjectModel(`${this.#name}${++this.#count}`, sent, producerId);
    this.objects.push(object);
    return object;
  }

  #close(id: string): void {
    this.objects.find((object) => object.id === id)?.close();
  }
}

/** Requests of one side, answered by the test. */
export function requestLog(answer: (request: RoomRequest) => unknown = () => ({})) {
  const requests: RoomRequest[] = [];
  const request = (async (asked: RoomRequest) => {
    requests.push(asked);
    return answer(asked);
  }) as RoomSocket["request"];
  return { requests, socket: { request } };
}

/** Until what was begun by now has gone as far as it can. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
