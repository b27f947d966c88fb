import { batch, computed, signal } from "@preact/signals";
import { type Captured, capture, captureBoth, captureScreen, type DeviceChoice } from "./capture.ts";
import { refreshDevices } from "./devices.ts";
import { loadPreferences, savePreferences } from "./preferences.ts";
import type { MediaKind, MediaProblem } from "./advice.ts";

/**
 * The user's own camera, microphone and shared screen. Switching the camera off stops it, so that its light goes out;
 * muting only silences the track, so that speaking again is instant.
 */
export class LocalMedia {
  readonly audio = signal<MediaStreamTrack | null>(null);
  readonly camera = signal<MediaStreamTrack | null>(null);
  readonly screen = signal<MediaStreamTrack | null>(null);
  readonly problems = signal<Partial<Record<MediaKind, MediaProblem>>>({});
  /** The {@link problems} that the user has seen and lives with. */
  readonly accepted = signal<Partial<Record<MediaKind, MediaProblem>> | null>(null);
  readonly muted = signal(loadPreferences().muted);
  readonly cameraOff = signal(loadPreferences().cameraOff);
  readonly choice = signal<DeviceChoice>(loadPreferences().devices);
  /** Waiting for the user's permission or for a device to start. */
  readonly starting = signal(false);
  /** What is sent as video: the screen while it is shared, else the camera. */
  readonly video = computed(() => this.screen.value ?? this.camera.value);

  #stopped = false;

  /** Opens what is switched on. Never rejects: what fails stands in {@link problems}. */
  async start(): Promise<void> {
    this.#stopped = false;
    this.starting.value = true;
    const wantsCamera = !this.cameraOff.value;
    const results: Partial<Record<MediaKind, Captured>> = wantsCamera
      ? await captureBoth(this.choice.value)
      : { audio: await capture("audio", this.choice.value.audio) };
    batch(() => {
      this.starting.value = false;
      if (results.audio) this.#take("audio", results.audio);
      if (results.video) this.#take("video", results.video);
    });
    await refreshDevices();
  }

  setMuted(muted: boolean): void {
    this.muted.value = muted;
    if (this.audio.value) this.audio.value.enabled = !muted;
    this.#remember();
  }

  async setCameraOff(off: boolean): Promise<void> {
    this.cameraOff.value = off;
    this.#remember();
    if (off) return this.#drop("video");
    if (!this.camera.value) await this.#open("video");
  }

  /** Changes to another microphone or camera, at once when the present one is in use. */
  async choose(kind: MediaKind, deviceId: string): Promise<void> {
    this.choice.value = { ...this.choice.value, [kind]: deviceId };
    this.#remember();
    if (kind === "video" && this.cameraOff.value) return;
    // Phones cannot open a second camera while the first runs.
    this.#drop(kind);
    await this.#open(kind);
  }

  acceptProblems(): void {
    this.accepted.value = this.problems.value;
  }

  /** Tries a device again that had a problem. */
  retry(kind: MediaKind): Promise<void> {
    return this.#open(kind);
  }

  async startScreen(): Promise<void> {
    const track = await captureScreen();
    if (!track) return;
    // The browser's own "stop sharing" bar ends the track without asking this page.
    track.addEventListener("ended", () => this.stopScreen(), { once: true });
    this.screen.value = track;
  }

  stopScreen(): void {
    this.screen.value?.stop();
    this.screen.value = null;
  }

  stop(): void {
    this.#stopped = true;
    this.stopScreen();
    this.#drop("audio");
    this.#drop("video");
  }

  async #open(kind: MediaKind): Promise<void> {
    this.starting.value = true;
    const result = await capture(kind, this.choice.value[kind]);
    batch(() => {
      this.starting.value = false;
      this.#take(kind, result);
    });
    await refreshDevices();
  }

  #take(kind: MediaKind, result: Captured): void {
    const { [kind]: _solved, ...others } = this.problems.value;
    if ("problem" in result) {
      this.problems.value = { ...others, [kind]: result.problem };
      return;
    }
    this.problems.value = others;
    // Switched off, or given up, while the permission was asked for.
    if (this.#stopped || (kind === "video" && this.cameraOff.value)) {
      result.track.stop();
      return;
    }
    this.#drop(kind);
    const slot = kind === "audio" ? this.audio : this.camera;
    const { track } = result;
    if (kind === "audio") track.enabled = !this.muted.value;
    track.addEventListener("ended", () => this.#lost(kind, track), { once: true });
    slot.value = track;
  }

  /** The device was unplugged, or its permission withdrawn. */
  #lost(kind: MediaKind, track: MediaStreamTrack): void {
    const slot = kind === "audio" ? this.audio : this.camera;
    if (slot.value !== track) return;
    slot.value = null;
    this.problems.value = { ...this.problems.value, [kind]: "stopped" };
  }

  #drop(kind: MediaKind): void {
    const slot = kind === "audio" ? this.audio : this.camera;
    slot.value?.stop();
    slot.value = null;
  }

  #remember(): void {
    savePreferences({ muted: this.muted.value, cameraOff: this.cameraOff.value, devices: this.choice.value });
  }
}
