import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test.each([
  [0, 250],
  [1, 500],
  [3, 2000],
  [6, 10_000],
  [1000, 10_000],
  [Number.POSITIVE_INFINITY, 10_000],
])("attempt %d waits between 0 and %d ms", (attempt, most) => {
  expect(backoffMs(attempt, 0)).toBe(0);
  expect(backoffMs(attempt, 0.5)).toBe(most / 2);
  expect(backoffMs(attempt, 0.999999)).toBeLessThan(most);
});

test("never exceeds the cap of the caller", () => {
  expect(backoffMs(1000, 0.5, 3_000)).toBe(1_500);
  expect(backoffMs(0, 0.5, 3_000)).toBe(125);
});
