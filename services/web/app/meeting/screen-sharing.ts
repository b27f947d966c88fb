import { signal } from "@preact/signals";
import { RadistError, type RadistRoomConnection } from "@radist-tech/client";
import { canShareScreen } from "../media/capture.ts";
import { announce } from "../ui/announcer.tsx";

/** The own shared screen, with its sound where the browser gives it. */
export class OwnScreen {
  readonly isShared = signal(false);
  readonly #connection: RadistRoomConnection;

  constructor(connection: RadistRoomConnection) {
    this.#connection = connection;
  }

  /** @returns stops listening */
  follow(): () => void {
    return this.#connection.on("screenshare", ({ active }) => {
      if (active !== this.isShared.peek())
        announce(active ? "You are sharing your screen." : "Your screen is no longer shared.");
      this.isShared.value = active;
    });
  }

  async toggle(): Promise<void> {
    const shared = this.#connection.published.get("screen");
    if (shared) return shared.unpublish();
    if (!canShareScreen()) return;
    try {
      const video = { frameRate: { ideal: 15 } };
      await this.#connection.publish({ source: "screen", options: { video, audio: true } });
    } catch (error) {
      // The user thought better of it.
      if (error instanceof RadistError && error.code === "permission_denied") return;
      console.warn("Radist:", error);
      announce("The screen could not be shared.");
    }
  }
}
