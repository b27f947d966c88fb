import { expect, test } from "vitest";
import { TokenBuckets } from "./token-bucket.ts";

const LIMITS = { burst: 3, perMinute: 6, maxAddresses: 2 };

test("a burst passes, then one every ten seconds", () => {
  const buckets = new TokenBuckets(LIMITS);
  expect([1, 2, 3].map(() => buckets.take("a", 0))).toEqual([0, 0, 0]);
  expect(buckets.take("a", 0)).toBe(10_000);
  expect(buckets.take("a", 4_000)).toBe(6_000);
  expect(buckets.take("a", 10_000)).toBe(0);
  expect(buckets.take("a", 10_000)).toBe(10_000);
});

test("addresses do not share a bucket, and a full one does not overflow", () => {
  const buckets = new TokenBuckets(LIMITS);
  for (let i = 0; i < 3; i++) buckets.take("a", 0);
  expect(buckets.take("b", 0)).toBe(0);
  const anHour = 3_600_000;
  expect([1, 2, 3].map(() => buckets.take("a", anHour))).toEqual([0, 0, 0]);
  expect(buckets.take("a", anHour)).toBe(10_000);
});

test("the least recently seen address is forgotten", () => {
  const buckets = new TokenBuckets(LIMITS);
  for (let i = 0; i < 3; i++) buckets.take("a", 0);
  buckets.take("b", 1);
  buckets.take("c", 2);
  expect(buckets.take("a", 3)).toBe(0);
});
