import { expect, test } from "vitest";
import { RateBudget } from "./rate-budget.ts";
import { RetryLater } from "./retry-later.ts";

const LIMITS = { perMinute: 6, maxKeys: 2, sentence: "Too many cakes." };

/** @returns the seconds to wait; 0: it was spent */
function spend(budget: RateBudget, key: string, now: number): number {
  try {
    budget.spend(key, now);
    return 0;
  } catch (error) {
    if (!(error instanceof RetryLater)) throw error;
    return error.retryAfterSeconds;
  }
}

const exhaust = (budget: RateBudget, key: string, now: number): number[] =>
  Array.from({ length: LIMITS.perMinute }, () => spend(budget, key, now));

test("a minute's worth passes at once, then one every ten seconds", () => {
  const budget = new RateBudget(LIMITS);
  expect(new Set(exhaust(budget, "a", 0))).toEqual(new Set([0]));
  expect(spend(budget, "a", 0)).toBe(10);
  expect(spend(budget, "a", 3_500)).toBe(7);
  expect(spend(budget, "a", 10_000)).toBe(0);
  expect(spend(budget, "a", 10_000)).toBe(10);
});

test("the refusal says what there was too much of, and when to try again", () => {
  const budget = new RateBudget(LIMITS);
  exhaust(budget, "a", 0);
  const refused = { code: "rate_limited", message: "Too many cakes. Try again in 10 seconds." };
  expect(() => budget.spend("a", 0)).toThrow(expect.objectContaining(refused));
  expect(() => budget.spend("a", 9_500)).toThrow("Too many cakes. Try again in 1 second.");
});

test("keys do not share a budget, and a full one does not overflow", () => {
  const budget = new RateBudget(LIMITS);
  exhaust(budget, "a", 0);
  expect(spend(budget, "b", 0)).toBe(0);
  const anHour = 3_600_000;
  expect(new Set(exhaust(budget, "a", anHour))).toEqual(new Set([0]));
  expect(spend(budget, "a", anHour)).toBe(10);
});

test("the least recently seen key is forgotten", () => {
  const budget = new RateBudget(LIMITS);
  exhaust(budget, "a", 0);
  exhaust(budget, "b", 0);
  expect(spend(budget, "a", 1)).toBe(10);
  spend(budget, "c", 2);
  expect(spend(budget, "a", 3)).toBe(10);
  expect(spend(budget, "b", 3)).toBe(0);
});
