import { RadistError } from "../../core/errors.ts";
import type { LatchReader } from "../../core/latch.ts";
import { captureSource } from "../../devices/capture-source.ts";
import { ScreenCapture } from "../../devices/screen-capture.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { PublicationChange, PublishOptions, RoomSource, VideoCodec } from "../types.ts";
import { Publication, type PublishingSession } from "./publication.ts";

export interface PublicationsOptions {
  readonly latch: LatchReader<PublishingSession>;
  readonly socket: Pick<RoomSocket, "request">;
  readonly codec: VideoCodec;
  readonly handlers: {
    /** This page's microphone and camera, whenever their tracks changed. */
    localStream(stream: MediaStream): void;
    screenShare(stream: MediaStream | undefined): void;
    /** A track cannot be received by the others, or can again. */
    changed(change: PublicationChange): void;
    error(error: unknown): void;
  };
}

/** Everything that this page publishes, by source. */
export class Publications {
  readonly #options: PublicationsOptions;
  readonly #published = new Map<RoomSource, Publication>();
  readonly #screens = new ScreenCapture();
  #localStream: MediaStream | undefined;
  #screenStream: MediaStream | undefined;
  #isClosed = false;

  constructor(options: PublicationsOptions) {
    this.#options = options;
  }

  get published(): ReadonlyMap<RoomSource, Publication> {
    return this.#published;
  }

  get localStream(): MediaStream | undefined {
    return this.#localStream;
  }

  get screenStream(): MediaStream | undefined {
    return this.#screenStream;
  }

  /** Publishes the track that was passed, or opens one. */
  async publish(options: PublishOptions): Promise<Publication> {
    const isOwned = options.track === undefined;
    const tracks = options.track ? [options.track] : (await this.#capture(options)).getTracks();
    // Asked for twice, and chosen once.
    const twin = this.#published.get("screen");
    if (isOwned && options.source === "screen" && twin && tracks.includes(twin.track)) {
      await twin.ensure();
      return twin;
    }
    // Together with its sound, before there is another one.
    if (options.source === "screen") void this.#published.get("screen")?.unpublish();
    const publications = tracks.map((track) => this.#add(track, isOwned, options));
    const [first] = publications.toSorted(
      (a, b) => Number(b.source === options.source) - Number(a.source === options.source),
    );
    if (!first) throw new RadistError("device_not_found");
    try {
      await Promise.all(publications.map((publication) => publication.ensure()));
    } catch (error) {
      for (const publication of publications) await this.#takeBack(publication, error);
      throw error;
    }
    return first;
  }

  /** Opens the device, or lets the user choose a screen. Nothing stays open that nobody owns. */
  async #capture(options: PublishOptions): Promise<MediaStream> {
    if (options.source === "screen") return this.#screens.open(options.options);
    const stream = await captureSource(options);
    if (!this.#isClosed) return stream;
    for (const track of stream.getTracks()) track.stop();
    throw new RadistError("connection_closed");
  }

  /** Publishes as soon as there is a session; failures go to the `error` handler. */
  add(tracks: readonly MediaStreamTrack[], isOwned: boolean): void {
    for (const track of tracks) {
      // The connection ended before the user had answered.
      if (this.#isClosed) {
        if (isOwned) track.stop();
        continue;
      }
      const source = track.kind === "audio" ? "microphone" : "camera";
      this.#report(this.#add(track, isOwned, { source }));
    }
  }

  /** There is a media session: another one, or the same one again. */
  renew(): void {
    for (const publication of this.#published.values()) this.#report(publication);
  }

  find(producerId: string): Publication | undefined {
    return [...this.#published.values()].find((publication) => publication.hasProducer(producerId));
  }

  /** Unpublishes everything, since the token does not allow it. */
  async withdraw(): Promise<void> {
    for (const publication of this.#published.values()) await publication.unpublish();
  }

  close(): void {
    this.#isClosed = true;
    this.#screens.close();
    for (const publication of this.#published.values()) publication.close();
    this.#published.clear();
    this.#screenStream = undefined;
  }

  #report(publication: Publication): void {
    publication.ensure().catch((error: unknown) => {
      if (this.#isClosed) return;
      void this.#takeBack(publication, error);
      this.#options.handlers.error(error);
    });
  }

  /** It cannot be published: what is shown is what is published. */
  async #takeBack(publication: Publication, cause: unknown): Promise<void> {
    const { source } = publication;
    const isPresent = this.#published.get(source) === publication;
    await publication.unpublish();
    const problem = cause instanceof RadistError ? cause : new RadistError("negotiation_failed", { cause });
    if (isPresent && !this.#isClosed) this.#options.handlers.changed({ source, problem, isRetrying: false });
  }

  #add(track: MediaStreamTrack, isOwned: boolean, options: PublishOptions): Publication {
    const { latch, socket, codec } = this.#options;
    const source = options.source === "screen" && track.kind === "audio" ? "screen-audio" : options.source;
    const isAudio = source === "microphone" || source === "screen-audio";
    if (track.kind !== (isAudio ? "audio" : "video")) {
      throw new RadistError("invalid_argument", { message: `A ${track.kind} track cannot be published as ${source}.` });
    }
    void this.#published.get(source)?.unpublish();
    const publication = new Publication({
      source,
      track,
      isOwned,
      isMuted: options.muted ?? false,
      codec: ("codec" in options && options.codec) || codec,
      simulcast: !("simulcast" in options && options.simulcast === false),
      latch,
      socket,
      handlers: {
        trackChanged: () => this.#tracksChanged(),
        trackEnded: (ended) => this.#trackEnded(ended),
        problemChanged: ({ problem }) =>
          this.#options.handlers.changed({ source, problem, isRetrying: problem !== undefined }),
        unpublished: (gone) => this.#remove(gone),
      },
    });
    this.#published.set(source, publication);
    this.#tracksChanged();
    return publication;
  }

  #trackEnded(publication: Publication): void {
    if (publication.source === "screen" || publication.source === "screen-audio") void publication.unpublish();
    else
      this.#options.handlers.error(
        new RadistError("device_not_found", { message: `The ${publication.source} is gone.` }),
      );
  }

  #remove(publication: Publication): void {
    if (this.#published.get(publication.source) !== publication) return;
    this.#published.delete(publication.source);
    if (publication.source === "screen") void this.#published.get("screen-audio")?.unpublish();
    this.#tracksChanged();
  }

  /** A change leads to new streams, since the page may keep the earlier ones. */
  #tracksChanged(): void {
    const { handlers } = this.#options;
    const devices = this.#tracks("microphone", "camera");
    const screen = this.#tracks("screen", "screen-audio");
    if (!holds(this.#localStream, devices)) {
      this.#localStream = new MediaStream(devices);
      handlers.localStream(this.#localStream);
    }
    if (!holds(this.#screenStream, screen)) {
      this.#screenStream = screen.length > 0 ? new MediaStream(screen) : undefined;
      handlers.screenShare(this.#screenStream);
    }
  }

  #tracks(...sources: RoomSource[]): MediaStreamTrack[] {
    return sources.flatMap((source) => {
      const publication = this.#published.get(source);
      return publication && !publication.isOff ? [publication.track] : [];
    });
  }
}

function holds(stream: MediaStream | undefined, tracks: readonly MediaStreamTrack[]): boolean {
  const held = stream?.getTracks() ?? [];
  return held.length === tracks.length && tracks.every((track) => held.includes(track));
}
