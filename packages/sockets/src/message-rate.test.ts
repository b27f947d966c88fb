import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageRate, type RateLimits } from "./message-rate.ts";

const LIMITS: RateLimits = { perSecond: 50, burst: 200, patienceMs: 5_000 };

/** How often each answer came when messages arrive at these times. */
function answers(times: Iterable<number>, limits = LIMITS): Record<ReturnType<MessageRate["take"]>, number> {
  const rate = new MessageRate(limits, 0);
  const counts = { accepted: 0, limited: 0, exceeded: 0 };
  for (const at of times) counts[rate.take(at)]++;
  return counts;
}

const evenly = (count: number, everyMs: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * everyMs);

describe("With 50 messages a second and bursts of 200", () => {
  test.each([
    ["a burst passes", evenly(200, 0), { accepted: 200, limited: 0, exceeded: 0 }],
    ["beyond the burst is limited", evenly(210, 0), { accepted: 200, limited: 10, exceeded: 0 }],
    ["the sustained rate passes for ever", evenly(10_000, 20), { accepted: 10_000, limited: 0, exceeded: 0 }],
    [
      "after the burst the sustained rate passes",
      [...evenly(200, 0), ...evenly(1_000, 20, 20)],
      { accepted: 1_200, limited: 0, exceeded: 0 },
    ],
    [
      "a quiet while fills no more than one burst",
      [0, ...evenly(201, 0, 3_600_000)],
      { accepted: 201, limited: 1, exceeded: 0 },
    ],
    [
      "two excesses with calm between them are two bursts",
      [...evenly(201, 0), ...evenly(60, 0, 1_100), ...evenly(400, 0, 60_000)],
      { accepted: 200 + 55 + 200, limited: 1 + 5 + 200, exceeded: 0 },
    ],
  ])("%s", (_what, times, expected) => expect(answers(times)).toEqual(expected));

  test("twice the rate is limited at first, and exceeded once it has gone on for five seconds", () => {
    const rate = new MessageRate(LIMITS, 0);
    const said = evenly(2_000, 10).map((at) => ({ at, answer: rate.take(at) }));
    const firstLimited = said.find(({ answer }) => answer === "limited")?.at ?? Number.NaN;
    const firstExceeded = said.find(({ answer }) => answer === "exceeded")?.at ?? Number.NaN;
    expect(firstLimited).toBeGreaterThan(3_900);
    expect(firstExceeded - firstLimited).toBeGreaterThanOrEqual(LIMITS.patienceMs);
    expect(firstExceeded - firstLimited).toBeLessThan(LIMITS.patienceMs + 100);
  });

  test("a sender that calms down in time is never exceeded", () => {
    const floods = evenly(20, 7_000).flatMap((from) => evenly(1_500, 3, from));
    expect(answers(floods).exceeded).toBe(0);
  });
});

test("without patience the first message too many is exceeded", () => {
  expect(answers(evenly(3, 0), { perSecond: 1, burst: 2, patienceMs: 0 })).toEqual({
    accepted: 2,
    limited: 0,
    exceeded: 1,
  });
});

const limits = fc.record({
  perSecond: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 1_000 }),
  patienceMs: fc.integer({ min: 0, max: 10_000 }),
});
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }), fc.nat(5_000)), {
  maxLength: 500,
});

test("between any two messages no more is accepted than a burst and what the rate gives meanwhile", () => {
  fc.assert(
    fc.property(limits, pauses, (some, waits) => {
      const rate = new MessageRate(some, 0);
      let at = 0;
      const accepted = waits.flatMap((wait) => {
        at += wait;
        return rate.take(at) === "accepted" ? [at] : [];
      });
      accepted.forEach((from, first) => {
        const last = accepted.length - 1;
        const most = some.burst + ((Number(accepted[last]) - from) / 1_000) * some.perSecond;
        expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6);
      });
    }),
    { numRuns: 500 },
  );
});

test("whoever keeps to the rate is always accepted, and nothing is exceeded that was not limited for as long", () => {
  fc.assert(
    fc.property(limits, pauses, (some, waits) => {
      const slow = new MessageRate(some, 0);
      const any = new MessageRate(some, 0);
      let [slowAt, anyAt] = [0, 0];
      let refusedSince: number | undefined;
      for (const wait of waits) {
        slowAt += Math.max(wait, 1_000 / some.perSecond) + 1e-6;
        anyAt += wait;
        expect(slow.take(slowAt)).toBe("accepted");
        const answer = any.take(anyAt);
        if (answer !== "accepted") refusedSince ??= anyAt;
        if (answer === "exceeded") expect(anyAt - Number(refusedSince)).toBeGreaterThanOrEqual(some.patienceMs);
      }
    }),
    { numRuns: 500 },
  );
});
