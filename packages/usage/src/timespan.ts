import { Refusal, type UsageInterval } from "@radist-tech/protocol";

/** Which usage is asked for: times as ISO 8601 texts. */
export interface UsageQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly interval: UsageInterval;
}

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LENGTH_MS = { hour: HOUR_MS, day: DAY_MS };
const DEFAULT_MS = { hour: DAY_MS, day: 30 * DAY_MS };

const MAX_INTERVALS = 1_000;

/** A time cut at the full hours or days of UTC, which are alike in length since 1970. Milliseconds since then. */
export interface Timespan {
  readonly interval: UsageInterval;
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
  /** Number of the interval that `from` is in, and of the one that ends at `to` or after. */
  readonly first: number;
  readonly last: number;
}

/**
 * @param to where it ends, whether that was asked for or not
 * @throws {Refusal} `invalid_interval` when it ends before it begins, or has too many intervals
 */
export function timespan({ from, interval }: UsageQuery, to: Date): Timespan {
  const toMs = to.getTime();
  const fromMs = from === undefined ? toMs - DEFAULT_MS[interval] : Date.parse(from);
  if (fromMs >= toMs) {
    throw new Refusal("invalid_interval", "Invalid from query parameter: it must be before to.");
  }
  const lengthMs = LENGTH_MS[interval];
  const first = Math.floor(fromMs / lengthMs);
  const last = Math.ceil(toMs / lengthMs) - 1;
  if (last - first >= MAX_INTERVALS) {
    const advice = interval === "hour" ? "Ask for a shorter time, or for interval=day." : "Ask for a shorter time.";
    throw new Refusal("invalid_interval", `Usage is told for at most 1,000 intervals. ${advice}`);
  }
  return { interval, fromMs, toMs, lengthMs, first, last };
}
