import type { PeerId } from "@radist-tech/protocol";
import type { PendingResume } from "@radist-tech/rooms";

/** Peers of an earlier home that may still resume, each until its window is over. */
export class PendingResumes {
  readonly #timers = new Map<PeerId, NodeJS.Timeout>();
  readonly #onExpired: (peerId: PeerId) => void;

  /** @param onExpired called for each peer that did not resume in time */
  constructor(pending: readonly PendingResume[], onExpired: (peerId: PeerId) => void) {
    this.#onExpired = onExpired;
    for (const { peerId, forMs } of pending) this.add(peerId, forMs);
  }

  add(peerId: PeerId, forMs: number): void {
    this.remove(peerId);
    const expire = (): void => {
      this.#timers.delete(peerId);
      this.#onExpired(peerId);
    };
    this.#timers.set(peerId, setTimeout(expire, forMs));
  }

  /** @returns whether the peer was among them */
  remove(peerId: PeerId): boolean {
    clearTimeout(this.#timers.get(peerId));
    return this.#timers.delete(peerId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
