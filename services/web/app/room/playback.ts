import { signal } from "@preact/signals";

/** Browsers may hold sound back until the user has touched the page: then one button starts all of it. */
export class Playback {
  readonly #held = new Set<HTMLMediaElement>();
  readonly isHeld = signal(false);

  async start(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError: another source came before this one played.
      if (!(error instanceof DOMException && error.name === "NotAllowedError")) return;
      this.#held.add(element);
      this.isHeld.value = true;
    }
  }

  startAll(): void {
    const held = [...this.#held];
    // Whoever is silent now starts to play when they speak: the button does not wait for that.
    this.#held.clear();
    this.isHeld.value = false;
    for (const element of held) void this.start(element);
  }

  forget(element: HTMLMediaElement): void {
    this.#held.delete(element);
    this.isHeld.value = this.#held.size > 0;
  }
}
