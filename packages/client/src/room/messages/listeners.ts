/** Who does not listen within this time never will: it may be another program, or not be allowed to. */
const PATIENCE_MS = 2_000;

/** Who hears which of the own data channels: what is sent before somebody listens does not reach them. */
export class Listeners {
  readonly #present = new Map<string, number>();
  readonly #ready = new Map<string, Set<string>>();
  #waiting: (() => void)[] = [];

  arrived(peerId: string): void {
    this.#present.set(peerId, performance.now());
  }

  left(peerId: string): void {
    this.#present.delete(peerId);
    this.#wake();
  }

  /** From now on what is sent on this channel reaches this peer. */
  ready(channelId: string, peerId: string): void {
    const ready = this.#ready.get(channelId) ?? new Set();
    this.#ready.set(channelId, ready.add(peerId));
    this.#wake();
  }

  forget(channelId: string): void {
    this.#ready.delete(channelId);
    this.#wake();
  }

  /**
   * Resolves when everybody present hears the channel, or one of them alone, as far as they want to.
   *
   * @param openedAt monotonic milliseconds
   */
  async settled(channelId: string, openedAt: number, target?: string): Promise<void> {
    for (;;) {
      const waitMs = this.#missingFor(channelId, openedAt, target);
      if (waitMs <= 0) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        timer = setTimeout(resolve, waitMs);
      });
      clearTimeout(timer);
    }
  }

  /** How long there is still somebody to wait for, milliseconds. */
  #missingFor(channelId: string, openedAt: number, target: string | undefined): number {
    const now = performance.now();
    let longest = 0;
    for (const [peerId, since] of this.#present) {
      if (target !== undefined && peerId !== target) continue;
      if (this.#ready.get(channelId)?.has(peerId)) continue;
      longest = Math.max(longest, Math.max(since, openedAt) + PATIENCE_MS - now);
    }
    return longest;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
