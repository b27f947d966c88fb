import type { OutgoingMedia } from "../call/outgoing-media.ts";
import type { PeerMedia } from "../call/peer-media.ts";
import type { MediaKind } from "../core/channels.ts";
import { ConvergingValue } from "../core/converging-value.ts";
import { RadistError } from "../core/errors.ts";
import { AudioMix } from "./audio-mix.ts";
import { captureDevice } from "./capture-source.ts";
import { MuteSwitch } from "./mute-switch.ts";
import { ScreenCapture } from "./screen-capture.ts";
import { SystemMute } from "./system-mute.ts";

export interface OutgoingTracksHandlers {
  /** Another track is to be sent of this kind, or none. */
  outgoingChanged(kind: MediaKind, track: MediaStreamTrack | null): Promise<void>;
  localStream(stream: MediaStream): void;
  screenShare(stream: MediaStream | undefined): void;
  /** What the other side is told has changed. */
  stateChanged(): void;
  /** A device went away while it was in use, or a track could not be given back. */
  error(error: unknown): void;
}

/** What a call sends: microphone, camera, or the screen in its place. Stops the tracks that it opened, never the page's own. */
export class OutgoingTracks implements OutgoingMedia {
  readonly #handlers: OutgoingTracksHandlers;
  readonly #owned = new Set<MediaStreamTrack>();
  readonly #muted: Readonly<Record<MediaKind, MuteSwitch>> = { audio: new MuteSwitch(), video: new MuteSwitch() };
  readonly #capture = new ScreenCapture();
  /** A headset's key or a phone call mutes the track itself, and the page only learns of it. */
  readonly #systemMute = new SystemMute(() => this.#handlers.stateChanged());
  readonly announced = new MediaStream();
  readonly #isCameraOpen = new ConvergingValue<boolean>(true, (isOpen) => this.#applyCamera(isOpen));
  #releasedCamera: string | undefined;
  #closed = false;
  #stream: MediaStream | undefined;
  #screen: MediaStream | undefined;
  /** The screen's sound together with the microphone's. */
  #mix: AudioMix | undefined;

  /** @param owned whether this SDK opened the stream's devices */
  constructor(stream: MediaStream | undefined, owned: boolean, handlers: OutgoingTracksHandlers) {
    this.#stream = stream;
    this.#handlers = handlers;
    void this.#isCameraOpen.startFrom(true);
    for (const track of stream?.getTracks() ?? []) {
      if (owned) this.#own(track);
      this.#systemMute.watch(track);
    }
  }

  get state(): PeerMedia {
    const [microphone, camera] = [this.device("audio"), this.device("video")];
    return {
      isMuted: !(microphone && isLive(microphone)),
      isCameraOff: !(camera && isLive(camera)),
      isSharingScreen: this.#screen !== undefined,
    };
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  get screen(): MediaStream | undefined {
    return this.#screen;
  }

  outgoing(kind: MediaKind): MediaStreamTrack | undefined {
    const instead = kind === "video" ? this.#screen?.getVideoTracks()[0] : this.#mix?.track;
    return instead ?? this.device(kind);
  }

  /** The microphone's or camera's track. */
  device(kind: MediaKind): MediaStreamTrack | undefined {
    return this.#stream?.getTracks().find((track) => track.kind === kind);
  }

  /** Silence, or black frames, in place of what the device records, until it is set again. A camera of this package is released. */
  setEnabled(kind: MediaKind, on: boolean): void {
    const track = this.device(kind);
    if (!track && kind === "video" && this.#releasedCamera !== undefined) {
      this.#setCameraOpen(on);
      return;
    }
    if (!track) {
      const message = `There is no ${kind} track. Add one with replaceTrack("${kind}", track).`;
      throw new RadistError("device_not_found", { message });
    }
    this.#muted[kind].set(track, !on);
    this.#handlers.stateChanged();
    if (kind === "video" && this.#owned.has(track)) this.#setCameraOpen(on);
  }

  /** Failures go to the `error` handler: the switch itself does not wait. */
  #setCameraOpen(isOpen: boolean): void {
    this.#isCameraOpen.set(isOpen).catch((error: unknown) => this.#handlers.error(error));
  }

  /** Releases the camera that this package opened, so that its light goes out, or opens it again. */
  async #applyCamera(isOpen: boolean): Promise<void> {
    const camera = this.device("video");
    if (!isOpen && camera && this.#owned.has(camera)) {
      this.#releasedCamera = camera.getSettings().deviceId ?? "";
      await this.#exchange("video", null);
    }
    if (isOpen && this.#releasedCamera !== undefined && !this.#closed) {
      const [track] = (await captureDevice("video", this.#releasedCamera)).getTracks();
      if (!track) return;
      if (this.#closed || this.#releasedCamera === undefined) {
        // The call has ended, or the page has put another track in its place.
        track.stop();
        return;
      }
      this.#releasedCamera = undefined;
      this.#own(track);
      this.#muted.video.set(track, false);
      await this.#exchange("video", track);
    }
  }

  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    if (kind === "video") this.#releasedCamera = undefined;
    await this.#exchange(kind, track);
  }

  async #exchange(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    if (track && track.kind !== kind) {
      throw new RadistError("invalid_argument", { message: `This is not a track of kind ${kind}.` });
    }
    const earlier = this.device(kind);
    const others = this.#stream?.getTracks().filter((other) => other !== earlier) ?? [];
    // Before it is sent: muted is muted, whatever the track.
    if (track) {
      this.#muted[kind].adopt(track);
      this.#systemMute.watch(track);
    }
    // A stream of its own: the page's stream is the page's to change.
    this.#stream = new MediaStream(track ? [...others, track] : others);
    if (kind === "audio") this.#mix?.setMicrophone(track);
    const isReplaced = kind === "video" ? this.#screen !== undefined : this.#mix !== undefined;
    if (!isReplaced) await this.#handlers.outgoingChanged(kind, track);
    if (earlier && earlier !== track) {
      this.#systemMute.forget(earlier);
      this.#muted[kind].giveBack(earlier);
      if (this.#owned.delete(earlier)) earlier.stop();
    }
    this.#handlers.localStream(this.#stream);
    this.#handlers.stateChanged();
  }

  async shareScreen(options: DisplayMediaStreamOptions): Promise<MediaStream> {
    if (this.#screen) return this.#screen;
    const screen = await this.#capture.open(options);
    // Asked for twice, and chosen once.
    if (this.#screen === screen) return screen;
    this.#screen = screen;
    const [track] = screen.getVideoTracks();
    // Text must stay sharp; motion may suffer.
    if (track?.contentHint === "") track.contentHint = "detail";
    track?.addEventListener("ended", () => void this.stopSharing().catch((error) => this.#handlers.error(error)));
    this.#mix = AudioMix.of(screen, this.device("audio"));
    try {
      await this.#handlers.outgoingChanged("video", track ?? null);
      if (this.#mix && this.#screen === screen) await this.#handlers.outgoingChanged("audio", this.#mix.track);
    } catch (error) {
      if (this.#screen === screen) await this.stopSharing();
      throw error;
    }
    // It was stopped while it was being sent; both were announced by whoever did that.
    if (this.#screen === screen) {
      this.#handlers.screenShare(screen);
      this.#handlers.stateChanged();
    }
    return screen;
  }

  async stopSharing(): Promise<void> {
    this.#capture.cancel();
    const screen = this.#screen;
    if (!screen) return;
    const mix = this.#mix;
    this.#screen = this.#mix = undefined;
    for (const track of screen.getTracks()) track.stop();
    this.#handlers.screenShare(undefined);
    this.#handlers.stateChanged();
    try {
      if (mix) await this.#handlers.outgoingChanged("audio", this.device("audio") ?? null);
      await this.#handlers.outgoingChanged("video", this.device("video") ?? null);
    } finally {
      mix?.close();
    }
  }

  /** Stops what this SDK opened. */
  close(): void {
    this.#closed = true;
    this.#capture.close();
    for (const track of [...this.#owned, ...(this.#screen?.getTracks() ?? [])]) track.stop();
    for (const kind of ["audio", "video"] as const) {
      const track = this.device(kind);
      if (!track) continue;
      this.#systemMute.forget(track);
      this.#muted[kind].giveBack(track);
    }
    this.#mix?.close();
    this.#owned.clear();
    this.#screen = this.#mix = undefined;
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

const isLive = (track: MediaStreamTrack): boolean => track.enabled && !track.muted;
