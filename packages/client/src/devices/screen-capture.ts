import { RadistError } from "../core/errors.ts";
import { openScreen } from "./capture.ts";

interface Choice {
  readonly chosen: Promise<MediaStream>;
  readonly cancelled: AbortController;
}

/**
 * The browser's picker of screens, which has one owner: whoever asks while it is open gets what is chosen there, and what
 * is chosen after nobody wants it any more is stopped at once.
 */
export class ScreenCapture {
  #choice: Choice | undefined;
  #isClosed = false;

  /**
   * Lets the user choose.
   *
   * @throws RadistError `connection_closed` when the connection ended first; `permission_denied` when the user chose
   * none, or {@link cancel} was called
   */
  open(options: DisplayMediaStreamOptions | undefined): Promise<MediaStream> {
    if (this.#isClosed) return Promise.reject(new RadistError("connection_closed"));
    const present = this.#choice;
    if (present) return present.chosen;
    const cancelled = new AbortController();
    const chosen = this.#choose(options, cancelled.signal);
    this.#choice = { chosen, cancelled };
    return chosen;
  }

  /** The screen that is about to be chosen is no longer wanted. */
  cancel(): void {
    this.#choice?.cancelled.abort();
    this.#choice = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.cancel();
  }

  async #choose(options: DisplayMediaStreamOptions | undefined, cancelled: AbortSignal): Promise<MediaStream> {
    try {
      const screen = await openScreen(options);
      if (!cancelled.aborted) return screen;
      for (const track of screen.getTracks()) track.stop();
      if (this.#isClosed) throw new RadistError("connection_closed");
      throw new RadistError("permission_denied", { message: "Sharing was stopped before a screen was chosen." });
    } finally {
      if (!cancelled.aborted) this.#choice = undefined;
    }
  }
}
