import { signal } from "@preact/signals";
import { canShareScreen, RadistError } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";

export interface ScreenSharingOptions {
  /** Lets the user choose a screen, and sends it. */
  readonly start: (options: DisplayMediaStreamOptions) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** The user changed their mind, or left while the browser's picker was open. */
const NOTHING_WRONG: ReadonlySet<string> = new Set(["permission_denied", "connection_closed"]);

/** The user's shared screen. */
export class ScreenSharing {
  readonly isShared = signal(false);
  readonly #options: ScreenSharingOptions;
  #isStarting = false;

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
    // The browser's picker is open already.
    if (this.#isStarting || !canShareScreen()) return;
    this.#isStarting = true;
    try {
      await this.#options.start({ video: { frameRate: { ideal: 15 } }, audio: true });
    } catch (error) {
      if (error instanceof RadistError && NOTHING_WRONG.has(error.code)) return;
      console.warn("Radist:", error);
      announce("Your screen could not be shared.");
    } finally {
      this.#isStarting = false;
    }
  }
}
