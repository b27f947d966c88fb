import { expect, test } from "vitest";
import { jitteredMs, longestPauseMs, retryMs } from "./chore-timing.ts";

const [least, most] = [() => 0, () => 1 - Number.EPSILON];

test("pauses are shortened or lengthened by up to half", () => {
  expect(jitteredMs(100, least)).toBe(50);
  expect(jitteredMs(100, () => 0.5)).toBe(100);
  expect(jitteredMs(100, most)).toBeCloseTo(150);
  for (let times = 0; times < 1_000; times++) {
    const pauseMs = jitteredMs(100);
    expect(pauseMs).toBeGreaterThanOrEqual(50);
    expect(pauseMs).toBeLessThan(longestPauseMs(100));
  }
});

test("failures double the pause, up to five seconds or the chore's own pause", () => {
  const pausesMs = (everyMs: number) => [1, 2, 3, 10, 1_000].map((failures) => retryMs(everyMs, failures, () => 0.5));
  expect(pausesMs(100)).toEqual([200, 400, 800, 5_000, 5_000]);
  expect(pausesMs(60_000)).toEqual([60_000, 60_000, 60_000, 60_000, 60_000]);
});
