import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Subscribers } from "./subscribers.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const everybody = () => true;

/** Whether it has resolved by now. */
async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

test("a channel is ready when all present peers have subscribed, newcomers and leavers included", async () => {
  const subscribers = new Subscribers();
  expect(await hasResolved(subscribers.allReady("c", 0, everybody))).toBe(true);
  subscribers.joined("a");
  subscribers.joined("b");
  const all = subscribers.allReady("c", performance.now(), everybody);
  const one = subscribers.allReady("c", performance.now(), (peerId) => peerId === "a");
  subscribers.ready("c", "a");
  expect(await hasResolved(one)).toBe(true);
  expect(await hasResolved(all)).toBe(false);
  subscribers.ready("other", "b");
  expect(await hasResolved(all)).toBe(false);
  subscribers.joined("d");
  subscribers.ready("c", "b");
  expect(await hasResolved(all)).toBe(false);
  subscribers.left("d");
  expect(await hasResolved(all)).toBe(true);
});

test("a peer that never subscribes is waited for once, and not for every message", async () => {
  const subscribers = new Subscribers();
  subscribers.joined("silent");
  const openedAt = performance.now();
  const first = subscribers.allReady("c", openedAt, everybody);
  expect(await hasResolved(first)).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await hasResolved(first)).toBe(true);
  expect(await hasResolved(subscribers.allReady("c", openedAt, everybody))).toBe(true);
});

test("each newcomer has the same time to subscribe, counted from its arrival", async () => {
  const subscribers = new Subscribers();
  subscribers.joined("silent");
  const all = subscribers.allReady("c", performance.now(), everybody);
  await vi.advanceTimersByTimeAsync(1_500);
  subscribers.joined("late");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await hasResolved(all)).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await hasResolved(all)).toBe(true);
});

test("a channel that was replaced has no subscribers yet", async () => {
  const subscribers = new Subscribers();
  subscribers.joined("a");
  subscribers.ready("c", "a");
  expect(await hasResolved(subscribers.allReady("c", performance.now(), everybody))).toBe(true);
  subscribers.forgetChannel("c");
  expect(await hasResolved(subscribers.allReady("c", performance.now(), everybody))).toBe(false);
});
