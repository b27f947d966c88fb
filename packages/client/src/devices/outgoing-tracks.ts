import type { OutgoingMedia } from "../call/outgoing-media.ts";
import type { MediaKind } from "../core/channels.ts";
import { RadistError } from "../core/errors.ts";
import { openScreen } from "./capture.ts";

export interface OutgoingTracksHandlers {
  /** Another track is to be sent of this kind, or none. */
  outgoingChanged(kind: MediaKind, track: MediaStreamTrack | null): Promise<void>;
  localStream(stream: MediaStream): void;
  screenShare(stream: MediaStream | undefined): void;
  /** A device went away while it was in use, or a track could not be given back. */
  error(error: unknown): void;
}

/** What a call sends: microphone, camera, or the screen in its place. Stops the tracks that it opened, never the page's own. */
export class OutgoingTracks implements OutgoingMedia {
  readonly #handlers: OutgoingTracksHandlers;
  readonly #owned = new Set<MediaStreamTrack>();
  #stream: MediaStream | undefined;
  #screen: MediaStream | undefined;
  #closed = false;

  /** @param owned whether this SDK opened the stream's devices */
  constructor(stream: MediaStream | undefined, owned: boolean, handlers: OutgoingTracksHandlers) {
    this.#stream = stream;
    this.#handlers = handlers;
    if (owned) for (const track of stream?.getTracks() ?? []) this.#own(track);
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  get screen(): MediaStream | undefined {
    return this.#screen;
  }

  outgoing(kind: MediaKind): MediaStreamTrack | undefined {
    return (kind === "video" ? this.#screen?.getVideoTracks()[0] : undefined) ?? this.device(kind);
  }

  /** The microphone's or camera's track. */
  device(kind: MediaKind): MediaStreamTrack | undefined {
    return this.#stream?.getTracks().find((track) => track.kind === kind);
  }

  /** Silence, or black frames, in place of what the device records; the device stays open. */
  setEnabled(kind: MediaKind, on: boolean): void {
    const track = this.device(kind);
    if (!track) {
      const message = `There is no ${kind} track. Add one with replaceTrack("${kind}", track).`;
      throw new RadistError("device_not_found", { message });
    }
    track.enabled = on;
  }

  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    if (track && track.kind !== kind) {
      throw new RadistError("invalid_argument", { message: `This is not a track of kind ${kind}.` });
    }
    const earlier = this.device(kind);
    const others = this.#stream?.getTracks().filter((other) => other !== earlier) ?? [];
    // A stream of its own: the page's stream is the page's to change.
    this.#stream = new MediaStream(track ? [...others, track] : others);
    if (!(kind === "video" && this.#screen)) await this.#handlers.outgoingChanged(kind, track);
    if (earlier && earlier !== track && this.#owned.delete(earlier)) earlier.stop();
    this.#handlers.localStream(this.#stream);
  }

  async shareScreen(options: DisplayMediaStreamOptions): Promise<MediaStream> {
    if (this.#screen) return this.#screen;
    const screen = await openScreen(options);
    if (this.#closed) {
      // The person took longer to choose than the call lasted.
      for (const track of screen.getTracks()) track.stop();
      throw new RadistError("connection_closed");
    }
    this.#screen = screen;
    const [track] = screen.getVideoTracks();
    // Text must stay sharp; motion may suffer.
    if (track?.contentHint === "") track.contentHint = "detail";
    track?.addEventListener("ended", () => void this.stopSharing().catch((error) => this.#handlers.error(error)));
    await this.#handlers.outgoingChanged("video", track ?? null);
    this.#handlers.screenShare(screen);
    return screen;
  }

  async stopSharing(): Promise<void> {
    const screen = this.#screen;
    if (!screen) return;
    this.#screen = undefined;
    for (const track of screen.getTracks()) track.stop();
    await this.#handlers.outgoingChanged("video", this.device("video") ?? null);
    this.#handlers.screenShare(undefined);
  }

  /** Stops what this SDK opened. */
  close(): void {
    this.#closed = true;
    for (const track of [...this.#owned, ...(this.#screen?.getTracks() ?? [])]) track.stop();
    this.#owned.clear();
    this.#screen = undefined;
  }

  #own(track: MediaStreamTrack): void {
    this.#owned.add(track);
    // Fires when the device goes, not when the track is stopped by us.
    track.addEventListener("ended", () => {
      const message = `The ${track.kind} device is gone.`;
      if (this.#owned.has(track)) this.#handlers.error(new RadistError("device_not_found", { message }));
    });
  }
}
