import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { handOverEvenly, handOverTimes, interleave } from "./hand-over.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Hands over as many as `count`; notes when each had its turn, milliseconds after the start. */
function draining(count: number, drainMs: number, turn: (index: number) => void = () => {}) {
  const since = performance.now();
  const turns: number[] = [];
  const deadline = new AbortController();
  const all = Array.from({ length: count }, (_none, index) => () => {
    turns.push(performance.now() - since);
    turn(index);
  });
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  return { turns, deadline, errors, done: handOverEvenly(all, { drainMs, deadline: deadline.signal, onError }) };
}

test("the turns are evenly apart, and all within the drain time", () => {
  for (const drainMs of [0, 1, 300, 8_000, 10_000, 600_000]) {
    for (const count of [2, 3, 7, 40, 41, 1_000, 5_000]) {
      const times = handOverTimes(count, drainMs);
      const pauses = times.slice(1).map((time, index) => time - Number(times[index]));
      expect(times).toHaveLength(count);
      expect(times[0]).toBe(0);
      expect(times.at(-1)).toBeLessThanOrEqual(drainMs * 0.7);
      expect(Math.max(...pauses) - Math.min(...pauses)).toBeLessThan(1e-6);
    }
  }
});

test.each([
  ["forty take most of eight seconds", 40, 8_000, 5_460],
  ["two do not wait for long", 2, 600_000, 250],
  ["one does not wait", 1, 8_000, 0],
])("%s", async (_what, count, drainMs, last) => {
  const { turns, done } = draining(count, drainMs);
  await vi.runAllTimersAsync();
  await done;
  expect(turns).toHaveLength(count);
  expect(turns.at(-1)).toBeCloseTo(last, 0);
});

test("in no second do many more have their turn than in another one", async () => {
  const { turns, done } = draining(70, 10_000);
  await vi.runAllTimersAsync();
  await done;
  const perSecond = Array.from({ length: 7 }, (_none, second) =>
    turns.filter((at) => Math.floor(at / 1_000) === second),
  );
  for (const { length } of perSecond) expect(Math.abs(length - 10)).toBeLessThanOrEqual(1);
});

test("a process that was held up catches up, and is not late for all that follow", async () => {
  const { turns, done } = draining(20, 8_000, (index) => {
    if (index === 3) vi.advanceTimersByTime(1_000);
  });
  await vi.runAllTimersAsync();
  await done;
  expect(turns.at(-1)).toBeCloseTo(19 * 250, 0);
});

test("at the deadline all that is left has its turn at once", async () => {
  const { turns, deadline, done } = draining(40, 8_000);
  await vi.advanceTimersByTimeAsync(1_000);
  const before = turns.length;
  deadline.abort();
  await done;
  expect(before).toBeLessThan(10);
  expect(turns.slice(before).every((at) => at === 1_000)).toBe(true);
  expect(turns).toHaveLength(40);
});

test("one that fails holds up nobody, and is reported", async () => {
  const cannot = new Error("cannot be given up");
  const { turns, errors, done } = draining(3, 300, (index) => {
    if (index === 1) throw cannot;
  });
  await vi.runAllTimersAsync();
  await done;
  expect(turns).toHaveLength(3);
  expect(errors).toEqual([cannot]);
});

test("groups that are merged keep their order, and each is spread over the whole", () => {
  expect(interleave(["a", "b"], [], ["1", "2", "3", "4"])).toEqual(["a", "1", "2", "b", "3", "4"]);
  const rooms = Array.from({ length: 10 }, (_none, index) => `room ${index}`);
  const sockets = Array.from({ length: 1_000 }, () => "socket");
  const at = interleave(rooms, sockets).flatMap((each, index) => (each === "socket" ? [] : [index]));
  for (const [index, each] of at.entries()) expect(Math.abs(each - index * 101)).toBeLessThanOrEqual(1);
});
