import { expect, test, vi } from "vitest";
import { Listeners } from "./listeners.ts";

const NOW = 0;

/** Whether it has settled by now. */
async function hasSettled(settled: Promise<void>): Promise<boolean> {
  let done = false;
  void settled.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

test("a channel is heard when all who are there have said so, newcomers and leavers included", async () => {
  vi.useFakeTimers();
  const listeners = new Listeners();
  expect(await hasSettled(listeners.settled("c", NOW))).toBe(true);
  listeners.arrived("a");
  listeners.arrived("b");
  const all = listeners.settled("c", performance.now());
  const one = listeners.settled("c", performance.now(), "a");
  listeners.ready("c", "a");
  expect(await hasSettled(one)).toBe(true);
  expect(await hasSettled(all)).toBe(false);
  listeners.ready("other", "b");
  expect(await hasSettled(all)).toBe(false);
  listeners.arrived("d");
  listeners.ready("c", "b");
  expect(await hasSettled(all)).toBe(false);
  listeners.left("d");
  expect(await hasSettled(all)).toBe(true);
  vi.useRealTimers();
});

test("who never listens is waited for once, not for every message", async () => {
  vi.useFakeTimers();
  const listeners = new Listeners();
  listeners.arrived("deaf");
  const openedAt = performance.now();
  const first = listeners.settled("c", openedAt);
  expect(await hasSettled(first)).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await hasSettled(first)).toBe(true);
  expect(await hasSettled(listeners.settled("c", openedAt))).toBe(true);
  vi.useRealTimers();
});
