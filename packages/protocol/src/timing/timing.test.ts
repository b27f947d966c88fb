import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { backoffMs, pause, TokenBucket } from "./index.ts";

test("a pause lasts as long as it should, and ends early with its signal", async () => {
  vi.useFakeTimers();
  const ending = new AbortController();
  const whole = pause(1_000);
  const cut = pause(1_000, ending.signal);
  await vi.advanceTimersByTimeAsync(999);
  ending.abort();
  expect(await cut).toBe(false);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await whole).toBe(true);
  expect(await pause(1_000, ending.signal)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test.each([
  [0, 250],
  [1, 500],
  [5, 8_000],
  [6, 10_000],
  [4_000, 10_000],
])("attempt %i waits at most %i ms, and anything below it", (attempt, longest) => {
  const limits = { firstMs: 250, longestMs: 10_000 };
  expect(backoffMs(attempt, limits, 0)).toBe(0);
  expect(backoffMs(attempt, limits, 0.999_999)).toBe(longest - 1);
  expect(backoffMs(attempt, limits)).toBeLessThan(longest);
});

test("a bucket gives its burst, then one token at a time, and says when the next one comes", () => {
  const bucket = new TokenBucket({ burst: 2, perSecond: 125 }, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 8]);
  expect([bucket.take(7), bucket.take(8)]).toEqual([1, 0]);
  expect([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0, 8]);
});

test("in no stretch of time does a bucket give more than its burst and its rate, and it keeps its word", () => {
  const waits = fc.array(fc.nat(500), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }), waits, (burst, perSecond, steps) => {
      const bucket = new TokenBucket({ burst, perSecond }, 0);
      let now = 0;
      let taken = 0;
      for (const step of steps) {
        now += step;
        const wait = bucket.take(now);
        if (wait === 0) taken++;
        else {
          now += wait;
          expect(bucket.take(now)).toBe(0);
          taken++;
        }
      }
      expect(taken).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
    }),
  );
});
