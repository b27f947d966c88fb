import type { types } from "mediasoup-client";
import { captureDevice } from "../devices/capture-source.ts";
import { RadistError } from "../errors.ts";
import type { MediaKind } from "../types.ts";
import { Follower } from "./follower.ts";
import type { Gate } from "./gate.ts";
import type { MediaSession } from "./media-session.ts";
import { produceOptions } from "./produce-options.ts";
import { WayLost } from "./requests.ts";
import type { RoomSocket } from "./room-socket.ts";
import type { PublishedTrack, RoomSource, VideoCodec } from "./types.ts";
import { Upkeep } from "./upkeep.ts";

export interface PublicationOptions {
  readonly source: RoomSource;
  readonly track: MediaStreamTrack;
  /** Whether this package opened the track. */
  readonly isOwned: boolean;
  readonly isMuted: boolean;
  readonly codec: VideoCodec;
  readonly simulcast: boolean;
  readonly gate: Gate<MediaSession>;
  readonly socket: RoomSocket;
  readonly handlers: PublicationHandlers;
}

export interface PublicationHandlers {
  /** Another track is sent. */
  trackChanged(): void;
  /** What is sent came to its end by itself: the device is gone, or the person stopped to share. */
  trackEnded(publication: Publication): void;
  /** Taken back by its own `unpublish`. */
  unpublished(publication: Publication): void;
}

/** A track on its way in one session. */
interface Sent {
  readonly session: MediaSession;
  readonly producer: types.Producer;
  /** Whether the platform has it as muted. */
  readonly mute: Follower<boolean>;
  /** Up to which layer it is sent. */
  readonly layers: Follower<number>;
}

/** More layers than any video has. */
const ALL_LAYERS = 7;

/** One own track, published, and published again wherever the media goes on. */
export class Publication implements PublishedTrack {
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly #options: PublicationOptions;
  readonly #upkeep: Upkeep<MediaSession>;
  #track: MediaStreamTrack;
  #isOwned: boolean;
  #isMuted: boolean;
  /** Nothing is sent: the device is released. */
  #isOff = false;
  #isOver = false;
  /** A track that the page itself has silenced is given back silent. */
  #isSilencedHere = false;
  #sent: Sent | undefined;
  /** The highest layer that anybody takes. */
  #takenLayer = ALL_LAYERS;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.source = options.source;
    this.kind = options.track.kind as MediaKind;
    this.#track = options.track;
    this.#isOwned = options.isOwned;
    this.#isMuted = options.isMuted;
    this.#takeOn(options.track);
    this.#upkeep = new Upkeep({
      gate: options.gate,
      isMissing: (session) =>
        !this.#isOver && !this.#isOff && !(this.#sent?.session === session && !this.#sent.producer.closed),
      make: (session) => this.#send(session),
    });
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }

  get isMuted(): boolean {
    return this.#isMuted || this.#isOff;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** Resolves when it is sent in the present session; rejects when it cannot be. */
  ensure(): Promise<void> {
    return this.#upkeep.ensure();
  }

  mute(): Promise<void> {
    return this.#setMuted(true);
  }

  unmute(): Promise<void> {
    return this.#setMuted(false);
  }

  async replaceTrack(trackOrDeviceId: MediaStreamTrack | string | null): Promise<void> {
    this.#assertPublished();
    if (trackOrDeviceId === null) return this.#switchOff();
    const isOwned = typeof trackOrDeviceId === "string";
    const [track] = isOwned ? (await captureDevice(this.kind, trackOrDeviceId)).getTracks() : [trackOrDeviceId];
    if (track?.kind !== this.kind) {
      throw new RadistError("invalid_argument", { message: `This is not a track of kind ${this.kind}.` });
    }
    if (this.#isOver) {
      if (isOwned) track.stop();
      this.#assertPublished();
    }
    if (!this.#isOff) this.#letGo();
    const wasOff = this.#isOff;
    this.#isOff = false;
    this.#track = track;
    this.#isOwned = isOwned;
    this.#takeOn(track);
    this.#options.handlers.trackChanged();
    await this.#sendTrack(track);
    if (!wasOff) return;
    // The session in which it was sent may have been lost while it was off.
    await this.ensure();
    await this.#tellMute();
  }

  async unpublish(): Promise<void> {
    if (this.#isOver) return;
    const sent = this.#sent;
    this.close();
    if (sent) sent.session.drop("producers", sent.producer.id);
    this.#options.handlers.unpublished(this);
  }

  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#sent && !this.#sent.producer.closed ? this.#sent.producer.getStats() : undefined;
  }

  /** Whether this is the platform's name for it in the present session. */
  is(producerId: string): boolean {
    return this.#sent?.producer.id === producerId;
  }

  /** Nobody takes layers above this one (-1: any layer), so they are not sent. */
  limitLayers(spatialLayer: number): void {
    this.#takenLayer = spatialLayer;
    void this.#limit();
  }

  /** After an outage: whether the platform has it as muted. */
  resumed(isMuted: boolean): void {
    this.#sent?.mute.from(isMuted).catch(() => {
      // Gone from the platform: it is published again.
    });
  }

  /** Ends it on this side. */
  close(): void {
    this.#isOver = true;
    if (!this.#isOff) this.#letGo();
  }

  async #send(session: MediaSession): Promise<void> {
    const track = this.#track;
    const { width, height } = track.getSettings();
    const { isMuted } = this;
    const size = this.kind === "video" ? { width: whole(width), height: whole(height) } : {};
    const producer = await session.produce(produceOptions(session.device, track, this.#options), {
      source: this.source,
      paused: isMuted,
      ...size,
    });
    if (this.#isOver) return session.drop("producers", producer.id);
    const mute = new Follower(isMuted, (muted) => this.#tellMuted(producer.id, muted));
    const layers = new Follower(ALL_LAYERS, (layer) => producer.setMaxSpatialLayer(layer));
    this.#sent = { session, producer, mute, layers };
    this.#takenLayer = ALL_LAYERS;
    if (this.#isOff || this.#track !== track) await producer.replaceTrack({ track: this.#isOff ? null : this.#track });
    await Promise.all([mute.from(isMuted), layers.from(ALL_LAYERS)]);
    await Promise.all([mute.set(this.isMuted), this.#limit()]);
  }

  async #switchOff(): Promise<void> {
    if (this.#isOff) return;
    this.#letGo();
    this.#isOff = true;
    this.#options.handlers.trackChanged();
    await this.#sendTrack(null);
    await this.#tellMute();
  }

  /** One that closes meanwhile has a successor, which takes the present track. */
  async #sendTrack(track: MediaStreamTrack | null): Promise<void> {
    const producer = this.#sent?.producer;
    if (producer?.closed === false)
      await producer.replaceTrack({ track }).catch((error) => rethrow(error, !producer.closed));
  }

  async #setMuted(isMuted: boolean): Promise<void> {
    this.#assertPublished();
    this.#isMuted = isMuted;
    this.#silence();
    await this.#tellMute();
  }

  /** What is lost in an outage is sent after it. A closed producer has a successor, which starts as it should be. */
  async #tellMute(): Promise<void> {
    if (this.#sent?.producer.closed) return;
    void this.#limit();
    await this.#sent?.mute.set(this.isMuted).catch((error) => rethrow(error, !(error instanceof WayLost)));
  }

  async #tellMuted(producerId: string, isMuted: boolean): Promise<void> {
    if (this.#isOver) return;
    await this.#options.socket.request({ type: isMuted ? "pause-producer" : "resume-producer", producerId });
  }

  /** A muted video is black, which nobody needs to be sent. */
  async #limit(): Promise<void> {
    if (this.kind !== "video") return;
    try {
      await this.#sent?.layers.set(this.isMuted ? -1 : this.#takenLayer);
    } catch {
      // Its transport closes; the next producer begins with what is wanted then.
    }
  }

  #silence(): void {
    if (this.#isMuted && this.#track.enabled) this.#isSilencedHere = true;
    this.#track.enabled = !this.#isMuted;
  }

  #takeOn(track: MediaStreamTrack): void {
    this.#isSilencedHere = false;
    this.#silence();
    if (this.source === "screen" && track.contentHint === "") track.contentHint = "detail";
    track.addEventListener("ended", this.#onEnded);
  }

  /** The present track is no longer this publication's. */
  #letGo(): void {
    this.#track.removeEventListener("ended", this.#onEnded);
    if (this.#isOwned) this.#track.stop();
    else if (this.#isSilencedHere) this.#track.enabled = true;
  }

  readonly #onEnded = () => this.#options.handlers.trackEnded(this);

  #assertPublished(): void {
    if (this.#isOver)
      throw new RadistError("invalid_argument", { message: `The ${this.source} is not published any more.` });
  }
}

const whole = (pixels: number | undefined): number | undefined => pixels && Math.round(pixels);

function rethrow(error: unknown, matters: boolean): void {
  if (matters) throw error;
}
