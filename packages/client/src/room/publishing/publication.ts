import type { types } from "mediasoup-client";
import type { MediaKind } from "../../core/channels.ts";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { ConvergingValue } from "../../core/converging-value.ts";
import { Ensured } from "../../core/ensured.ts";
import { RadistError } from "../../core/errors.ts";
import type { LatchReader } from "../../core/latch.ts";
import { captureDevice } from "../../devices/capture-source.ts";
import { MuteSwitch } from "../../devices/mute-switch.ts";
import { SystemMute } from "../../devices/system-mute.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { PublishedTrack, RoomSource, VideoCodec } from "../types.ts";
import { produceOptions, type SendingDevice } from "./produce-options.ts";

/** The part of a media session that publishing needs. */
export interface PublishingSession extends Pick<MediaSession, "produce" | "drop"> {
  readonly device: SendingDevice;
}

export interface PublicationOptions {
  readonly source: RoomSource;
  readonly track: MediaStreamTrack;
  /** Whether this package opened the track. */
  readonly isOwned: boolean;
  readonly isMuted: boolean;
  readonly codec: VideoCodec;
  readonly simulcast: boolean;
  readonly latch: LatchReader<PublishingSession>;
  readonly socket: Pick<RoomSocket, "request">;
  readonly handlers: PublicationHandlers;
}

export interface PublicationHandlers {
  /** Another track is sent. */
  trackChanged(): void;
  /** The track ended by itself: the device is gone, or the user stopped sharing. */
  trackEnded(publication: Publication): void;
  /** Whether the others can receive it has changed: see {@link Publication.problem}. */
  problemChanged(publication: Publication): void;
  /** `unpublish` was called. */
  unpublished(publication: Publication): void;
}

/** The track in one session. */
interface Sent {
  readonly session: PublishingSession;
  readonly producer: types.Producer;
  /** Whether the platform regards it as muted. */
  readonly mute: ConvergingValue<boolean>;
  /** The highest layer that is sent. */
  readonly layers: ConvergingValue<number>;
}

/** More layers than any video has. */
const ALL_LAYERS = 7;

/** One track that this page publishes, and publishes again in each new media session. */
export class Publication implements PublishedTrack {
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly #options: PublicationOptions;
  readonly #ensured: Ensured<PublishingSession>;
  readonly #muted = new MuteSwitch();
  /** Whether this package's own camera is in use; it is not while it is muted. */
  readonly #isOpen = new ConvergingValue<boolean>(true, (isOpen) => this.#setOpen(isOpen));
  #releasedDevice: string | undefined;
  readonly #systemMute = new SystemMute(() => this.#systemMuteChanged());
  #track: MediaStreamTrack;
  #isOwned: boolean;
  /** Nothing is sent: the device is released. */
  #isOff = false;
  #isClosed = false;
  #sent: Sent | undefined;
  #problem: RadistError | undefined;
  /** The highest layer that anybody receives. */
  #demandedLayer = ALL_LAYERS;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.source = options.source;
    this.kind = options.track.kind as MediaKind;
    this.#track = options.track;
    this.#isOwned = options.isOwned;
    if (options.isMuted) this.#muted.set(options.track, true);
    this.#adopt(options.track);
    void this.#isOpen.startFrom(true);
    this.#ensured = new Ensured({
      latch: options.latch,
      isMissing: (session) =>
        !this.#isClosed && !this.#isOff && !(this.#sent?.session === session && !this.#sent.producer.closed),
      make: async (session) => {
        await this.#send(session);
        this.#setProblem(undefined);
      },
      isPersistent: true,
      retrying: (error) => this.#setProblem(error),
    });
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }

  get isMuted(): boolean {
    return this.#muted.isMuted || this.#isOff || this.#isMutedBySystem;
  }

  /** A hidden window mutes its capture, too, which is nothing that the others need to know. */
  get #isMutedBySystem(): boolean {
    return this.#track.muted && !this.source.startsWith("screen");
  }

  get problem(): RadistError | undefined {
    return this.#problem;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** Resolves when it is published in the present session; rejects when that fails. */
  ensure(): Promise<void> {
    return this.#ensured.ensure();
  }

  async mute(): Promise<void> {
    await this.#setMuted(true);
    if (this.#isOwned && this.source === "camera") await this.#isOpen.set(false);
  }

  async unmute(): Promise<void> {
    await this.#setMuted(false);
    await this.#isOpen.set(true);
  }

  async replaceTrack(trackOrDeviceId: MediaStreamTrack | string | null): Promise<void> {
    this.#assertPublished();
    this.#releasedDevice = undefined;
    await this.#exchange(trackOrDeviceId);
  }

  /** Releases the camera, so that its light goes out, or opens it again unless something else has taken its place. */
  async #setOpen(isOpen: boolean): Promise<void> {
    const deviceId = this.#releasedDevice;
    if (!isOpen && !this.#isOff && this.#isOwned) {
      this.#releasedDevice = this.#track.getSettings().deviceId ?? "";
      await this.#exchange(null);
    }
    if (isOpen && deviceId !== undefined && !this.#isClosed) {
      await this.#exchange(deviceId);
      this.#releasedDevice = undefined;
    }
  }

  async #exchange(trackOrDeviceId: MediaStreamTrack | string | null): Promise<void> {
    if (trackOrDeviceId === null) return this.#switchOff();
    const isOwned = typeof trackOrDeviceId === "string";
    const [track] = isOwned ? (await captureDevice(this.kind, trackOrDeviceId)).getTracks() : [trackOrDeviceId];
    if (track?.kind !== this.kind) {
      throw new RadistError("invalid_argument", { message: `This is not a track of kind ${this.kind}.` });
    }
    if (this.#isClosed) {
      if (isOwned) track.stop();
      this.#assertPublished();
    }
    if (!this.#isOff) this.#release();
    const wasOff = this.#isOff;
    this.#isOff = false;
    this.#track = track;
    this.#isOwned = isOwned;
    this.#adopt(track);
    this.#options.handlers.trackChanged();
    await this.#sendTrack(track);
    // The earlier track, or this one, may be muted by the system.
    if (!wasOff) return this.#updateMute();
    // The session in which it was sent may have been lost while it was off.
    await this.ensure();
    await this.#updateMute();
  }

  async unpublish(): Promise<void> {
    if (this.#isClosed) return;
    const sent = this.#sent;
    this.close();
    if (sent) sent.session.drop("producers", sent.producer.id);
    this.#options.handlers.unpublished(this);
  }

  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#sent && !this.#sent.producer.closed ? this.#sent.producer.getStats() : undefined;
  }

  /** Whether this is its producer in the present session. */
  hasProducer(producerId: string): boolean {
    return this.#sent?.producer.id === producerId;
  }

  /** Nobody receives layers above this one (-1: any layer), so that they are not sent. */
  limitLayers(spatialLayer: number): void {
    this.#demandedLayer = spatialLayer;
    void this.#limit();
  }

  /** After an outage: whether the platform regards it as muted. */
  resumed(isMuted: boolean): void {
    this.#sent?.mute.startFrom(isMuted).catch(() => {
      // The platform no longer has it, and it is published again.
    });
  }

  /** Ends it on this side only. */
  close(): void {
    this.#isClosed = true;
    if (!this.#isOff) this.#release();
  }

  async #send(session: PublishingSession): Promise<void> {
    const track = this.#track;
    const { width, height } = track.getSettings();
    const { isMuted } = this;
    const size = this.kind === "video" ? { width: rounded(width), height: rounded(height) } : {};
    const producer = await session.produce(produceOptions(session.device, track, this.#options), {
      source: this.source,
      paused: isMuted,
      ...size,
    });
    if (this.#isClosed) return session.drop("producers", producer.id);
    const mute = new ConvergingValue(isMuted, (muted) => this.#tellMuted(producer.id, muted));
    const layers = new ConvergingValue(ALL_LAYERS, (layer) => producer.setMaxSpatialLayer(layer));
    this.#sent = { session, producer, mute, layers };
    this.#demandedLayer = ALL_LAYERS;
    if (this.#isOff || this.#track !== track) await producer.replaceTrack({ track: this.#isOff ? null : this.#track });
    await Promise.all([mute.startFrom(isMuted), layers.startFrom(ALL_LAYERS)]);
    await Promise.all([mute.set(this.isMuted), this.#limit()]);
  }

  #systemMuteChanged(): void {
    this.#updateMute().catch(() => {
      // The next change tells the platform, or the next session does.
    });
  }

  #setProblem(problem: RadistError | undefined): void {
    if (this.#isClosed || problem?.code === this.#problem?.code) return;
    this.#problem = problem;
    this.#options.handlers.problemChanged(this);
  }

  async #switchOff(): Promise<void> {
    if (this.#isOff) return;
    this.#release();
    this.#isOff = true;
    this.#options.handlers.trackChanged();
    await this.#sendTrack(null);
    await this.#updateMute();
  }

  /** If the producer closes in the meantime, its successor takes the present track. */
  async #sendTrack(track: MediaStreamTrack | null): Promise<void> {
    const producer = this.#sent?.producer;
    if (producer?.closed === false)
      await producer.replaceTrack({ track }).catch((error) => rethrow(error, !producer.closed));
  }

  async #setMuted(isMuted: boolean): Promise<void> {
    this.#assertPublished();
    this.#muted.set(this.#track, isMuted);
    await this.#updateMute();
  }

  /** A closed producer has a successor, which starts as it should be. */
  async #updateMute(): Promise<void> {
    if (this.#sent?.producer.closed) return;
    void this.#limit();
    // An outage loses it, and `resumed` sends it again.
    await this.#sent?.mute.set(this.isMuted).catch((error) => rethrow(error, !(error instanceof ConnectionLost)));
  }

  async #tellMuted(producerId: string, isMuted: boolean): Promise<void> {
    if (this.#isClosed) return;
    await this.#options.socket.request({ type: isMuted ? "pause-producer" : "resume-producer", producerId });
  }

  /** A muted video is black and need not be sent. */
  async #limit(): Promise<void> {
    if (this.kind !== "video") return;
    try {
      await this.#sent?.layers.set(this.isMuted ? -1 : this.#demandedLayer);
    } catch {
      // Its transport is closing; the next producer starts with the value of that time.
    }
  }

  #adopt(track: MediaStreamTrack): void {
    this.#muted.adopt(track);
    this.#systemMute.watch(track);
    if (this.source === "screen" && track.contentHint === "") track.contentHint = "detail";
    track.addEventListener("ended", this.#onEnded);
  }

  /** The present track no longer belongs to this publication. */
  #release(): void {
    this.#track.removeEventListener("ended", this.#onEnded);
    this.#systemMute.forget(this.#track);
    if (this.#isOwned) this.#track.stop();
    else this.#muted.giveBack(this.#track);
  }

  readonly #onEnded = () => this.#options.handlers.trackEnded(this);

  #assertPublished(): void {
    if (this.#isClosed)
      throw new RadistError("invalid_argument", { message: `The ${this.source} is no longer published.` });
  }
}

const rounded = (pixels: number | undefined): number | undefined => pixels && Math.round(pixels);

function rethrow(error: unknown, isRelevant: boolean): void {
  if (isRelevant) throw error;
}
