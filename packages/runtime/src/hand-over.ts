import { pause } from "@radist-tech/protocol/timing";

/** The share of the drain time in which everything is handed over: the rest is for what has to be stored then. */
const SHARE = 0.7;

/** The longest pause between two, milliseconds: a process that holds little stops soon. */
const MAX_PAUSE_MS = 250;

/** Gives up one thing, such as a socket or a room; returns at once. */
export type HandOver = () => void;

export interface HandOverOptions {
  /** Milliseconds for the whole drain. */
  readonly drainMs: number;
  /** What has not had its turn by then is handed over at once. */
  readonly deadline: AbortSignal;
  /** One could not be given up; the others are. */
  readonly onError: (error: unknown) => void;
}

/** When each of `count` has its turn, milliseconds after the first: evenly, as slowly as the drain time allows. */
export function handOverTimes(count: number, drainMs: number): number[] {
  const pauseMs = Math.min(MAX_PAUSE_MS, (drainMs * SHARE) / count);
  return Array.from({ length: count }, (_none, index) => index * pauseMs);
}

/** Merges groups so that each of them is spread over the whole. */
export function interleave<T>(...groups: readonly (readonly T[])[]): T[] {
  return groups
    .flatMap((group) => group.map((each, index) => ({ each, at: index / group.length })))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

/** Hands over one after the other, evenly over the drain time, so that the clients do not all reconnect at once. */
export async function handOverEvenly(
  all: readonly HandOver[],
  { drainMs, deadline, onError }: HandOverOptions,
): Promise<void> {
  const since = performance.now();
  const times = handOverTimes(all.length, drainMs);
  for (const [index, handOver] of all.entries()) {
    // Measured from the start: a timer that is late does not delay all that follow.
    const waitMs = since + (times[index] ?? 0) - performance.now();
    if (waitMs > 0) await pause(waitMs, deadline);
    try {
      handOver();
    } catch (error) {
      onError(error);
    }
  }
}
