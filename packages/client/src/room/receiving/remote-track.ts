import type { types } from "mediasoup-client";
import type { MediaKind } from "../../core/channels.ts";
import { Ensured } from "../../core/ensured.ts";
import type { LatchReader } from "../../core/latch.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { RemoteTrack, RoomSource, VideoLayers } from "../types.ts";

/** The part of a media session that receiving needs. */
export type ReceivingSession = Pick<MediaSession, "consume" | "drop" | "forget">;

export interface RemoteTrackOptions {
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly latch: LatchReader<ReceivingSession>;
  readonly handlers: {
    /** It can be played: for the first time, or by another consumer. */
    available(track: ReceivedTrack): void;
    failed(track: ReceivedTrack, error: unknown): void;
  };
}

let made = 0;

interface Subscription {
  readonly session: ReceivingSession;
  readonly consumer: types.Consumer;
}

/**
 * One track of another participant, subscribed to as long as it is published. When it is published again, by another
 * producer or in another session, the new media replaces the old in the same stream.
 */
export class ReceivedTrack implements RemoteTrack {
  readonly id = `track-${++made}`;
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  readonly stream = new MediaStream();
  isMuted = false;
  layers: VideoLayers | undefined;
  score: number | undefined;
  /** Above 1 when its quality is to be kept before that of others. */
  priority = 1;
  /** Whether the page knows of it. */
  isAnnounced = false;
  readonly #options: RemoteTrackOptions;
  readonly #ensured: Ensured<ReceivingSession>;
  #producerId: string | undefined;
  #subscription: Subscription | undefined;

  constructor(options: RemoteTrackOptions) {
    this.#options = options;
    this.peerId = options.peerId;
    this.source = options.source;
    this.kind = options.kind;
    this.#ensured = new Ensured({
      latch: options.latch,
      isMissing: (session) => this.#producerId !== undefined && !this.#isSubscribedIn(session),
      make: (session) => this.#subscribe(session),
      isPersistent: true,
    });
  }

  /** Undefined while it is not published. */
  get producerId(): string | undefined {
    return this.#producerId;
  }

  /** Undefined while it is not subscribed to. */
  get consumerId(): string | undefined {
    return this.#subscription?.consumer.closed === false ? this.#subscription.consumer.id : undefined;
  }

  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#subscription?.consumer.closed === false ? this.#subscription.consumer.getStats() : undefined;
  }

  /** Subscribes to this producer, in place of any earlier one. */
  setProducer(producerId: string, isMuted: boolean): void {
    this.#producerId = producerId;
    this.isMuted = isMuted;
    this.renew();
  }

  /** There is a media session: another one, or the same one again. */
  renew(): void {
    this.#ensured.ensure().catch((error: unknown) => this.#options.handlers.failed(this, error));
  }

  /** The producer is gone. The stream keeps its last track until {@link clear}, since there may be another producer. */
  removeProducer(): void {
    this.#producerId = undefined;
    this.layers = undefined;
    this.score = undefined;
  }

  /** Ends it for good. */
  clear(): void {
    this.removeProducer();
    if (this.#subscription) this.#release(this.#subscription, true);
    this.#subscription = undefined;
  }

  #isSubscribedIn(session: ReceivingSession): boolean {
    const { session: current, consumer } = this.#subscription ?? {};
    return current === session && consumer?.closed === false && consumer.producerId === this.#producerId;
  }

  async #subscribe(session: ReceivingSession): Promise<void> {
    const { peerId, kind, source } = this;
    const producerId = this.#producerId ?? "";
    const isScreen = source.startsWith("screen");
    const streamId = isScreen ? `${peerId}-screen` : peerId;
    // A video starts paused: it would waste bandwidth until the platform knows whether, and how large, it is shown.
    let consumer: types.Consumer;
    try {
      consumer = await session.consume({ producerId, streamId, paused: kind === "video" });
    } catch (error) {
      // The producer has ended, or was replaced by one that is next.
      if (this.#producerId !== producerId) return;
      throw error;
    }
    if (this.#producerId !== producerId) return session.drop("consumers", consumer.id);
    const earlier = this.#subscription;
    this.#subscription = { session, consumer };
    // The new track first: an element stops for good when its stream is without a live track for a moment.
    this.stream.addTrack(consumer.track);
    if (earlier) this.#release(earlier, earlier.consumer.producerId !== producerId);
    this.#options.handlers.available(this);
  }

  #release({ session, consumer }: Subscription, isGone: boolean): void {
    this.stream.removeTrack(consumer.track);
    if (isGone) session.forget("consumers", consumer.id);
    else session.drop("consumers", consumer.id);
  }
}
