import { describe, expect, test } from "vitest";
import { type AddressBlocks, addressBlocks } from "../client-address.ts";
import { type DelayLimits, FailureDelays } from "./failure-delays.ts";

const LIMITS: DelayLimits = {
  freeFailures: 3,
  firstDelayMs: 100,
  maxDelayMs: 1_000,
  forgetMs: 60_000,
  maxBlocks: 3,
};

/** The delays before each of so many failures. */
const failing = (delays: FailureDelays, blocks: AddressBlocks, times: number, now = 0): number[] =>
  Array.from({ length: times }, () => {
    const delay = delays.of(blocks, now);
    delays.failed(blocks, now);
    return delay;
  });

const [a, b, c, d] = ["a", "b", "c", "d"].map((block) => ({ block })) as [
  AddressBlocks,
  AddressBlocks,
  AddressBlocks,
  AddressBlocks,
];

describe("delays", () => {
  test("grow twofold beyond the free failures, up to the most", () => {
    expect(failing(new FailureDelays(LIMITS), a, 10)).toEqual([0, 0, 0, 0, 100, 200, 400, 800, 1_000, 1_000]);
  });

  test("stay at the most, however many failures there are", () => {
    const delays = failing(new FailureDelays(LIMITS), a, 3_000);
    expect(new Set(delays.slice(9))).toEqual(new Set([1_000]));
  });

  test("begin with the first failure when none is free, and not before", () => {
    expect(failing(new FailureDelays({ ...LIMITS, freeFailures: 0 }), a, 3)).toEqual([0, 100, 200]);
  });

  test("of one address are none of another, and asking changes nothing", () => {
    const delays = new FailureDelays(LIMITS);
    failing(delays, a, 10);
    for (let asked = 0; asked < 10; asked++) expect(delays.of(b, 0)).toBe(0);
    expect(delays.of(a, 0)).toBe(1_000);
  });

  test.each([
    { pauseMs: 59_999, delay: 200 },
    { pauseMs: 60_000, delay: 0 },
    { pauseMs: 600_000, delay: 0 },
  ])("after a pause of $pauseMs ms begin with $delay", ({ pauseMs, delay }) => {
    const delays = new FailureDelays(LIMITS);
    failing(delays, a, 5);
    expect(delays.of(a, pauseMs)).toBe(delay);
  });

  test("are remembered from the last failure on, not the first", () => {
    const delays = new FailureDelays(LIMITS);
    expect([0, 50_000, 100_000, 150_000, 200_000].flatMap((now) => failing(delays, a, 1, now))).toEqual([
      0, 0, 0, 0, 100,
    ]);
  });
});

describe("of a /48", () => {
  const subscriber = (number: number): AddressBlocks => addressBlocks(`2001:db8:1:${number.toString(16)}::1`);

  test("failures of many /64s add up, with ten times as many free", () => {
    const delays = new FailureDelays({ ...LIMITS, maxBlocks: 100 });
    const before = Array.from({ length: 33 }, (_, number) => failing(delays, subscriber(number), 1)).flat();
    expect(before).toEqual([...Array<number>(31).fill(0), 100, 200]);
    expect(delays.of(addressBlocks("2001:db8:2::1"), 0)).toBe(0);
  });

  test("one /64 cannot slow down the others soon", () => {
    const delays = new FailureDelays(LIMITS);
    failing(delays, subscriber(1), 30);
    expect([delays.of(subscriber(1), 0), delays.of(subscriber(2), 0)]).toEqual([1_000, 0]);
  });
});

describe("memory", () => {
  test("is bounded: the address that failed least recently gives way", () => {
    const delays = new FailureDelays(LIMITS);
    for (const blocks of [a, b, c]) failing(delays, blocks, 5);
    failing(delays, a, 1);
    failing(delays, d, 1);
    expect([a, b, c, d].map((blocks) => delays.of(blocks, 0))).toEqual([400, 0, 200, 0]);
  });
});
