import { Emitter } from "../core/emitter.ts";
import { captureError } from "./device-problem.ts";

/** What {@link Playback} needs of an element: every `HTMLMediaElement` has it, `setSinkId` where speakers can be chosen. */
export interface Playable {
  play(): Promise<void>;
  setSinkId?(deviceId: string): Promise<void>;
}

interface PlaybackEvents {
  /** The browser blocks sound, or no longer does. */
  blocked: boolean;
}

/**
 * Plays the others, on a chosen speaker. Browsers block sound until the user has interacted with the page: then
 * {@link start}, called from a button, starts everything that was blocked.
 *
 * @example
 * const playback = new Playback();
 * playback.on("blocked", (isBlocked) => { startAudio.hidden = !isBlocked; });
 * startAudio.onclick = () => playback.start();
 * room.on("remotestream", (track) => { room.attach(track, element); playback.play(element); });
 */
export class Playback {
  readonly #events = new Emitter<PlaybackEvents>();
  readonly #elements = new Set<Playable>();
  readonly #blocked = new Set<Playable>();
  #speakerId = "";
  #reported = false;

  /** Whether the browser blocks sound until {@link start}. */
  get isBlocked(): boolean {
    return this.#blocked.size > 0;
  }

  /** Listens to an event; the returned function stops that. */
  on<Name extends keyof PlaybackEvents>(name: Name, listener: (payload: PlaybackEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Plays an element; call it again when its source has changed. Never rejects: see {@link isBlocked}. */
  async play(element: Playable): Promise<void> {
    const isNew = !this.#elements.has(element);
    this.#elements.add(element);
    // A speaker that is gone leaves the sound on the default one.
    if (isNew && this.#speakerId !== "") await element.setSinkId?.(this.#speakerId).catch(() => undefined);
    try {
      await element.play();
      this.#blocked.delete(element);
    } catch (error) {
      // Anything else does not block: AbortError means that the source was replaced before it played.
      const isRefused = error instanceof Error && error.name === "NotAllowedError";
      if (isRefused && this.#elements.has(element)) this.#blocked.add(element);
    }
    this.#report();
  }

  /** Forgets an element that is no longer used. */
  remove(element: Playable): void {
    this.#elements.delete(element);
    this.#blocked.delete(element);
    this.#report();
  }

  /** Starts what the browser blocked. Must be called from a click or key press. */
  async start(): Promise<void> {
    const blocked = [...this.#blocked];
    // An element without data starts to play when there is some: the button does not wait for that.
    this.#blocked.clear();
    this.#report();
    await Promise.all(blocked.map((element) => this.play(element)));
  }

  /**
   * Plays everything on another speaker from now on.
   *
   * @param deviceId as enumerated; empty: the system's default
   * @throws RadistError `device_not_found`, `permission_denied`
   */
  async setSpeaker(deviceId: string): Promise<void> {
    this.#speakerId = deviceId;
    try {
      await Promise.all([...this.#elements].map(async (element) => element.setSinkId?.(deviceId)));
    } catch (cause) {
      throw captureError(cause);
    }
  }

  #report(): void {
    if (this.isBlocked === this.#reported) return;
    this.#reported = this.isBlocked;
    this.#events.emit("blocked", this.isBlocked);
  }
}
