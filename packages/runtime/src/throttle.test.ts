import { describe, expect, test } from "vitest";
import { FailureThrottle, type ThrottleLimits } from "./throttle.ts";

const LIMITS: ThrottleLimits = {
  freeFailures: 3,
  firstDelayMs: 100,
  maxDelayMs: 1_000,
  forgetMs: 60_000,
  maxAddresses: 3,
};

const failing = (throttle: FailureThrottle, block: string, times: number, now = 0): number[] =>
  Array.from({ length: times }, () => throttle.failed(block, now));

describe("delays", () => {
  test("grow twofold beyond the free failures, up to the most", () => {
    expect(failing(new FailureThrottle(LIMITS), "a", 9)).toEqual([0, 0, 0, 100, 200, 400, 800, 1_000, 1_000]);
  });

  test("stay at the most, however many failures there are", () => {
    const delays = failing(new FailureThrottle(LIMITS), "a", 3_000);
    expect(new Set(delays.slice(10))).toEqual(new Set([1_000]));
  });

  test("of one address are none of another", () => {
    const throttle = new FailureThrottle(LIMITS);
    failing(throttle, "a", 10);
    expect(throttle.failed("b", 0)).toBe(0);
  });

  test.each([
    { pauseMs: 59_999, delay: 400 },
    { pauseMs: 60_000, delay: 0 },
    { pauseMs: 600_000, delay: 0 },
  ])("after a pause of $pauseMs ms begin with $delay", ({ pauseMs, delay }) => {
    const throttle = new FailureThrottle(LIMITS);
    failing(throttle, "a", 5);
    expect(throttle.failed("a", pauseMs)).toBe(delay);
  });

  test("are remembered from the last failure on, not the first", () => {
    const throttle = new FailureThrottle(LIMITS);
    const delays = [0, 50_000, 100_000, 150_000].map((now) => throttle.failed("a", now));
    expect(delays).toEqual([0, 0, 0, 100]);
  });
});

describe("memory", () => {
  test("is bounded: the address that failed least recently gives way", () => {
    const throttle = new FailureThrottle(LIMITS);
    for (const block of ["a", "b", "c"]) failing(throttle, block, 5);
    throttle.failed("a", 0);
    throttle.failed("d", 0);
    expect(throttle.failed("a", 0)).toBe(800);
    expect(throttle.failed("c", 0)).toBe(400);
    expect(throttle.failed("b", 0)).toBe(0);
  });
});
