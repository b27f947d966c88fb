/**
 * Watches tracks that the system mutes by itself: a headset's key, a phone call, a privacy switch (Media Capture and
 * Streams, section 4.3.1: `muted`, which no page can change).
 */
export class SystemMute {
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = () => changed();
  }

  watch(track: MediaStreamTrack): void {
    track.addEventListener("mute", this.#changed);
    track.addEventListener("unmute", this.#changed);
  }

  forget(track: MediaStreamTrack): void {
    track.removeEventListener("mute", this.#changed);
    track.removeEventListener("unmute", this.#changed);
  }
}
