/** After failures in a row the pauses grow to this, milliseconds, or to the chore's own pause where that is longer. */
const LONGEST_RETRY_MS = 5_000;

/** A pause of `everyMs`, shortened or lengthened by up to half, so that nodes do not work in step. */
export const jitteredMs = (everyMs: number, random: () => number = Math.random): number => everyMs * (0.5 + random());

/** The longest that {@link jitteredMs} makes of it. */
export const longestPauseMs = (everyMs: number): number => everyMs * 1.5;

/** The pause after `failures` failures in a row: doubled by each, so that an outage does not fill the log. */
export function retryMs(everyMs: number, failures: number, random: () => number = Math.random): number {
  const doubled = everyMs * 2 ** Math.min(failures, 30);
  return jitteredMs(Math.min(doubled, Math.max(everyMs, LONGEST_RETRY_MS)), random);
}
