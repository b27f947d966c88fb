import type { PeerId } from "@radist-tech/protocol";
import type { PendingResume } from "@radist-tech/rooms";

/** Those who are waited for, each until its window is over. */
export class Waiting {
  readonly #timers = new Map<PeerId, NodeJS.Timeout>();
  readonly #onExpired: (peerId: PeerId) => void;

  /** @param onExpired hears of those who did not come */
  constructor(pending: readonly PendingResume[], onExpired: (peerId: PeerId) => void) {
    this.#onExpired = onExpired;
    for (const { peerId, forMs } of pending) this.add(peerId, forMs);
  }

  add(peerId: PeerId, forMs: number): void {
    this.end(peerId);
    const expire = (): void => {
      this.#timers.delete(peerId);
      this.#onExpired(peerId);
    };
    this.#timers.set(peerId, setTimeout(expire, forMs));
  }

  /** @returns whether the peer was waited for; now it is no longer */
  end(peerId: PeerId): boolean {
    clearTimeout(this.#timers.get(peerId));
    return this.#timers.delete(peerId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
