import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NO_PATH_MS, PathWatch } from "./path-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch() {
  const missing = vi.fn();
  return { path: new PathWatch(missing), missing };
}

test("a path that is found in time is not missed", () => {
  const { path, missing } = watch();
  path.update(false);
  vi.advanceTimersByTime(NO_PATH_MS - 1);
  path.update(true);
  vi.advanceTimersByTime(NO_PATH_MS);
  expect([path.isMissing, missing.mock.calls.length]).toEqual([false, 0]);
});

test("one that is not is missed once, however often it is looked for, until it is there", () => {
  const { path, missing } = watch();
  path.update(false);
  vi.advanceTimersByTime(NO_PATH_MS - 1);
  path.update(false);
  vi.advanceTimersByTime(1);
  path.update(false);
  vi.advanceTimersByTime(NO_PATH_MS);
  expect([path.isMissing, missing.mock.calls.length]).toEqual([true, 1]);
  path.update(true);
  expect(path.isMissing).toBe(false);
});

test("where none is needed, none is missed", () => {
  const { path, missing } = watch();
  path.update(false);
  path.update(undefined);
  vi.advanceTimersByTime(NO_PATH_MS);
  expect(missing).not.toHaveBeenCalled();
});
