interface FairQueueOptions {
  /** How many of one owner are in at the same time. */
  readonly atOnce: number;
  /** How many more of one owner may wait. */
  readonly maxWaiting: number;
  readonly patienceMs: number;
}

interface Lane {
  inside: number;
  readonly waiting: Set<() => void>;
}

/** Lets in a few of each owner at a time; those of one owner wait for each other, in order, and for nobody else. */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** @returns what lets the next one in; nothing when too many are waiting, it took too long, or the signal aborted */
  async enter(owner: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    const { atOnce, maxWaiting } = this.#options;
    if (signal.aborted) return undefined;
    const lane = this.#lanes.get(owner) ?? { inside: 0, waiting: new Set() };
    this.#lanes.set(owner, lane);
    if (lane.inside < atOnce) lane.inside += 1;
    else if (lane.waiting.size >= maxWaiting || !(await this.#turn(lane, signal))) return undefined;
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      this.#leave(owner, lane);
    };
  }

  /** Waits for a place that somebody leaves. @returns whether it is its turn */
  #turn(lane: Lane, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = (isIn: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      lane.waiting.delete(enter);
      resolve(isIn);
    };
    const enter = (): void => end(true);
    const giveUp = (): void => end(false);
    const timer = setTimeout(giveUp, this.#options.patienceMs);
    signal.addEventListener("abort", giveUp);
    lane.waiting.add(enter);
    return promise;
  }

  /** The place goes to the one that has waited longest. */
  #leave(owner: string, lane: Lane): void {
    const [next] = lane.waiting;
    if (next) return next();
    lane.inside -= 1;
    if (lane.inside === 0) this.#lanes.delete(owner);
  }
}
