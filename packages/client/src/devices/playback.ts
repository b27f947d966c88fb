import { Emitter } from "../emitter.ts";
import { captureError } from "./device-problem.ts";

/** What {@link Playback} needs of an element: every `HTMLMediaElement` has it, `setSinkId` where speakers can be chosen. */
export interface Playable {
  play(): Promise<void>;
  setSinkId?(deviceId: string): Promise<void>;
}

interface PlaybackEvents {
  /** The browser holds sound back, or no longer. */
  blocked: boolean;
}

/**
 * Plays the others, on the speaker of one's choice. Browsers hold sound back until the page has been touched: then
 * {@link start}, called from a button, starts all that was held back.
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
  #wasBlocked = false;

  /** Whether the browser holds sound back until {@link start}. */
  get isBlocked(): boolean {
    return this.#blocked.size > 0;
  }

  /** Listens to an event; the returned function stops that. */
  on<Name extends keyof PlaybackEvents>(name: Name, listener: (payload: PlaybackEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Plays an element, and whenever its source was exchanged, plays it again. Never rejects: see {@link isBlocked}. */
  async play(element: Playable): Promise<void> {
    const isNew = !this.#elements.has(element);
    this.#elements.add(element);
    // A speaker that is gone leaves the sound on the default one.
    if (isNew && this.#speakerId !== "") await element.setSinkId?.(this.#speakerId).catch(() => undefined);
    try {
      await element.play();
      this.#blocked.delete(element);
    } catch (error) {
      // Anything else is no obstacle: AbortError says that another source came before this one played.
      const isHeldBack = error instanceof Error && error.name === "NotAllowedError";
      if (isHeldBack && this.#elements.has(element)) this.#blocked.add(element);
    }
    this.#tell();
  }

  /** The element plays no more. */
  remove(element: Playable): void {
    this.#elements.delete(element);
    this.#blocked.delete(element);
    this.#tell();
  }

  /** Starts what the browser held back. Must be called from a click or key press. */
  async start(): Promise<void> {
    const blocked = [...this.#blocked];
    // Those who are silent now start to play when they speak: the button does not wait for that.
    this.#blocked.clear();
    this.#tell();
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

  #tell(): void {
    if (this.isBlocked === this.#wasBlocked) return;
    this.#wasBlocked = this.isBlocked;
    this.#events.emit("blocked", this.isBlocked);
  }
}
