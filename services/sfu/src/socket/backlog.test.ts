import { expect, test } from "vitest";
import { Backlog } from "./backlog.ts";

const LIMIT = 100;

/** Adds frames while nothing leaves; tells which of them were too much. */
function adds(sizes: readonly number[]): number[] {
  const backlog = new Backlog(LIMIT);
  let waiting = 0;
  return sizes.filter((size) => {
    waiting += size;
    return backlog.isTooLong(size, waiting);
  });
}

test.each([
  ["one frame, however large", [5_000], []],
  ["as much as the limit behind a large frame, and before it", [40, 5_000, 60], []],
  ["more than that", [40, 5_000, 60, 1], [1]],
  ["a second large frame", [5_000, 4_000], [4_000]],
  ["a larger one behind", [90, 95, 200], [200]],
  ["small ones, over the limit by their largest", [50, 50, 50, 1], [1]],
])("%s", (_what, sizes, tooMuch) => expect(adds(sizes)).toEqual(tooMuch));

test("frames that have been sent no longer count", () => {
  const backlog = new Backlog(LIMIT);
  expect(backlog.isTooLong(5_000, 5_000)).toBe(false);
  expect(backlog.isTooLong(10, 10)).toBe(false);
  expect(backlog.isTooLong(100, 110)).toBe(false);
  expect(backlog.isTooLong(10, 120)).toBe(false);
  expect(backlog.isTooLong(90, 210)).toBe(true);
});
