import { signal } from "@preact/signals";
import { canShareScreen, RadistError } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";

export interface ScreenSharingOptions {
  /** Lets the user choose a screen, and sends it. */
  readonly start: (options: DisplayMediaStreamOptions) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** The user's shared screen. */
export class ScreenSharing {
  readonly isShared = signal(false);
  readonly #options: ScreenSharingOptions;

  constructor(options: ScreenSharingOptions) {
    this.#options = options;
  }

  /** Called by the SDK, also when the user stops in the browser's own bar. */
  changed({ active }: { readonly active: boolean }): void {
    if (active !== this.isShared.peek())
      announce(active ? "You are sharing your screen." : "You are no longer sharing your screen.");
    this.isShared.value = active;
  }

  async toggle(): Promise<void> {
    if (this.isShared.peek()) return this.#options.stop();
    if (!canShareScreen()) return;
    try {
      await this.#options.start({ video: { frameRate: { ideal: 15 } } });
    } catch (error) {
      // The user changed their mind.
      if (error instanceof RadistError && error.code === "permission_denied") return;
      console.warn("Radist:", error);
      announce("Your screen could not be shared.");
    }
  }
}
