/** A peer that has not subscribed by then never will: it may be another program, or not be allowed to. */
const SUBSCRIBE_MS = 2_000;

/** Which peers receive which of this side's data channels: what is sent before a peer has subscribed does not reach it. */
export class Subscribers {
  readonly #present = new Map<string, number>();
  readonly #ready = new Map<string, Set<string>>();
  #waiting: (() => void)[] = [];

  joined(peerId: string): void {
    this.#present.set(peerId, performance.now());
  }

  left(peerId: string): void {
    this.#present.delete(peerId);
    this.#wake();
  }

  /** From now on, what is sent on this channel reaches this peer. */
  ready(channelId: string, peerId: string): void {
    const ready = this.#ready.get(channelId) ?? new Set();
    this.#ready.set(channelId, ready.add(peerId));
    this.#wake();
  }

  forgetChannel(channelId: string): void {
    this.#ready.delete(channelId);
    this.#wake();
  }

  /**
   * Resolves when those of the present peers that are meant receive the channel, or have had the time to subscribe to it.
   *
   * @param openedAt monotonic milliseconds
   */
  async allReady(channelId: string, openedAt: number, isMeant: (peerId: string) => boolean): Promise<void> {
    for (;;) {
      const waitMs = this.#remainingMs(channelId, openedAt, isMeant);
      if (waitMs <= 0) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        timer = setTimeout(resolve, waitMs);
      });
      clearTimeout(timer);
    }
  }

  /** Whether a present peer receives the channel. */
  isReady(channelId: string | undefined, peerId: string): boolean {
    return channelId !== undefined && this.#ready.get(channelId)?.has(peerId) === true;
  }

  hasAny(channelId: string): boolean {
    return [...this.#present.keys()].some((peerId) => this.isReady(channelId, peerId));
  }

  get present(): Iterable<string> {
    return this.#present.keys();
  }

  /** For how long a subscription may still come, milliseconds. */
  #remainingMs(channelId: string, openedAt: number, isMeant: (peerId: string) => boolean): number {
    const now = performance.now();
    let longest = 0;
    for (const [peerId, since] of this.#present) {
      if (!isMeant(peerId)) continue;
      if (this.#ready.get(channelId)?.has(peerId)) continue;
      longest = Math.max(longest, Math.max(since, openedAt) + SUBSCRIBE_MS - now);
    }
    return longest;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
