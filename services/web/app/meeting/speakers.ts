import { effect, signal } from "@preact/signals";
import { Playback } from "@radist-tech/client";
import type { DeviceSignals } from "../media/device-signals.ts";

/** Plays the others, on the speaker that the user has chosen. */
export class Speakers {
  readonly playback = new Playback();
  /** The browser holds sound back until the user touches the page. */
  readonly isBlocked = signal(false);
  readonly #stop: (() => void)[];

  constructor(devices: DeviceSignals) {
    this.#stop = [
      this.playback.on("blocked", (isBlocked) => {
        this.isBlocked.value = isBlocked;
      }),
      effect(() => {
        const id = devices.speakerId.value;
        this.playback.setSpeaker(id).catch((error: unknown) => console.warn("Radist:", error));
      }),
    ];
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
  }
}
