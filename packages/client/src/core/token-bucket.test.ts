import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("allows the burst at once, then the rate", () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 10 }, 1_000);
  expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([0, 0, 0, 100]);
  expect(bucket.take(1_050)).toBe(50);
  expect(bucket.take(1_100)).toBe(0);
  expect(bucket.take(1_100)).toBe(100);
});

test("never holds more than the burst, and tolerates a clock that stands still or jumps back", () => {
  const bucket = new TokenBucket({ burst: 2, perSecond: 10 }, 0);
  expect([0, 1, 2].map(() => bucket.take(60_000))).toEqual([0, 0, 100]);
  expect(bucket.take(50_000)).toBe(100);
  expect(bucket.take(50_100)).toBe(0);
});

test("allows no more than burst and rate together over a minute", () => {
  const bucket = new TokenBucket({ burst: 150, perSecond: 40 }, 0);
  let sent = 0;
  for (let now = 0; now < 60_000; ) {
    const wait = bucket.take(now);
    if (wait === 0) sent++;
    now += wait;
  }
  expect(sent).toBeLessThanOrEqual(150 + 40 * 60);
  expect(sent).toBeGreaterThan(40 * 60);
});
