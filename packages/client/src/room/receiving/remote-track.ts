import type { types } from "mediasoup-client";
import type { MediaKind } from "../../core/channels.ts";
import { Ensured } from "../../core/ensured.ts";
import type { Latch } from "../../core/latch.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { RemoteTrack, RoomSource, VideoLayers } from "../types.ts";

export interface RemoteTrackOptions {
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly latch: Latch<MediaSession>;
  readonly handlers: {
    /** It can be played, or can be again, by another consumer. */
    arrived(track: ReceivedTrack): void;
    failed(track: ReceivedTrack, error: unknown): void;
  };
}

interface Taken {
  readonly session: MediaSession;
  readonly consumer: types.Consumer;
}

/**
 * One track of somebody, subscribed to as long as it is published. Where it is published anew, by another producer or
 * in another session, the new one takes the place of the old one in the same stream.
 */
export class ReceivedTrack implements RemoteTrack {
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly stream = new MediaStream();
  isMuted = false;
  layers: VideoLayers | undefined;
  score: number | undefined;
  /** Above 1 when it is to keep its quality before others. */
  priority = 1;
  /** The page was told of it. */
  isTold = false;
  readonly #options: RemoteTrackOptions;
  readonly #ensured: Ensured<MediaSession>;
  #producerId: string | undefined;
  #taken: Taken | undefined;

  constructor(options: RemoteTrackOptions) {
    this.#options = options;
    this.peerId = options.peerId;
    this.source = options.source;
    this.kind = options.kind;
    this.#ensured = new Ensured({
      latch: options.latch,
      isMissing: (session) => this.#producerId !== undefined && !this.#isTakenIn(session),
      make: (session) => this.#take(session),
    });
  }

  /** The platform's name for it; undefined while nobody publishes it. */
  get producerId(): string | undefined {
    return this.#producerId;
  }

  /** The platform's name for this side's subscription, while there is one. */
  get consumerId(): string | undefined {
    return this.#taken?.consumer.closed === false ? this.#taken.consumer.id : undefined;
  }

  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#taken?.consumer.closed === false ? this.#taken.consumer.getStats() : undefined;
  }

  /** Subscribes to this producer from now on, in place of any earlier one. */
  follow(producerId: string, isMuted: boolean): void {
    this.#producerId = producerId;
    this.isMuted = isMuted;
    this.renew();
  }

  /** There is a session, another one or the same one again. */
  renew(): void {
    this.#ensured.ensure().catch((error: unknown) => this.#options.handlers.failed(this, error));
  }

  /** The producer is gone. What was received last stays until {@link clear}, for another one may come. */
  lose(): void {
    this.#producerId = undefined;
    this.layers = undefined;
    this.score = undefined;
  }

  /** Nothing will come of it any more. */
  clear(): void {
    this.lose();
    if (this.#taken) this.#release(this.#taken, true);
    this.#taken = undefined;
  }

  #isTakenIn(session: MediaSession): boolean {
    const { session: in_, consumer } = this.#taken ?? {};
    return in_ === session && consumer?.closed === false && consumer.producerId === this.#producerId;
  }

  async #take(session: MediaSession): Promise<void> {
    const { peerId, kind, source } = this;
    const producerId = this.#producerId ?? "";
    const isScreen = source.startsWith("screen");
    const streamId = isScreen ? `${peerId}-screen` : peerId;
    // Whether a video is shown, and how large, is told once it is there; until then it would cost for nothing.
    let consumer: types.Consumer;
    try {
      consumer = await session.consume({ producerId, streamId, paused: kind === "video" });
    } catch (error) {
      // Overtaken by the end of this producer, or by another one, which is next.
      if (this.#producerId !== producerId) return;
      throw error;
    }
    if (this.#producerId !== producerId) return session.drop("consumers", consumer.id);
    const earlier = this.#taken;
    this.#taken = { session, consumer };
    // First the new one: an element stops for good when its stream has ended for a moment.
    this.stream.addTrack(consumer.track);
    if (earlier) this.#release(earlier, earlier.consumer.producerId !== producerId);
    this.#options.handlers.arrived(this);
  }

  #release({ session, consumer }: Taken, isGone: boolean): void {
    this.stream.removeTrack(consumer.track);
    if (isGone) session.forget("consumers", consumer.id);
    else session.drop("consumers", consumer.id);
  }
}
