import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchQuality } from "./quality.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("the figures are read every two seconds until it stops", async () => {
  let roundTripTimeMs = 10;
  const { current, stop } = watchQuality(async () => ({ route: "direct", roundTripTimeMs }));
  expect(current.value).toBeNull();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(current.value).toEqual({ route: "direct", roundTripMs: 10 });
  roundTripTimeMs = 20;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(current.value).toEqual({ route: "direct", roundTripMs: 20 });
  stop();
  roundTripTimeMs = 30;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(current.value?.roundTripMs).toBe(20);
});

test.each([
  ["there is no session", () => Promise.resolve(undefined)],
  ["there is no path yet", () => Promise.resolve({ route: undefined, roundTripTimeMs: undefined })],
  ["the session ended", () => Promise.reject(new Error("closed"))],
])("there are none when %s", async (_when, stats) => {
  const { current, update, stop } = watchQuality(stats);
  await update();
  expect(current.value).toBeNull();
  stop();
});
