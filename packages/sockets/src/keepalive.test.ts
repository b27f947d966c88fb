import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { Keepalive } from "./keepalive.ts";

const TIMES = { pingIntervalMs: 10_000, timeoutMs: 25_000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What the keepalive knows of a socket, and the times at which it was pinged. */
class Pinged extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly pings: number[] = [];
  cutAt: number | undefined;

  ping(): void {
    this.pings.push(performance.now());
  }

  terminate(): void {
    this.cutAt ??= performance.now();
  }
}

function watching(count: number) {
  const keepalive = new Keepalive(TIMES);
  const sockets = Array.from({ length: count }, () => new Pinged());
  const as = (socket: Pinged) => socket as unknown as WebSocket;
  for (const socket of sockets) keepalive.watch(as(socket));
  return {
    keepalive,
    sockets,
    heard: (socket: Pinged) => keepalive.heard(as(socket)),
    [Symbol.dispose]: () => keepalive.close(),
  };
}

const together = (sockets: readonly Pinged[]): number => {
  const perTime = new Map<number, number>();
  for (const at of sockets.flatMap(({ pings }) => pings)) perTime.set(at, (perTime.get(at) ?? 0) + 1);
  return Math.max(0, ...perTime.values());
};

test("a socket that is heard is not pinged", () => {
  using watched = watching(1);
  const [socket] = watched.sockets as [Pinged];
  for (let second = 0; second < 60; second += 5) {
    watched.heard(socket);
    vi.advanceTimersByTime(5_000);
  }
  expect(socket.pings).toEqual([]);
});

test("a socket that falls silent is pinged after ten to eleven seconds, and cut after twenty-five", () => {
  using watched = watching(1);
  const [socket] = watched.sockets as [Pinged];
  const since = performance.now();
  vi.advanceTimersByTime(30_000);
  const [first = 0] = socket.pings;
  expect(first - since).toBeGreaterThanOrEqual(10_000);
  expect(first - since).toBeLessThanOrEqual(11_100);
  expect(Number(socket.cutAt) - since).toBeGreaterThanOrEqual(25_000);
});

test("sockets that fell silent at the same time are pinged at different ones", () => {
  using watched = watching(1_000);
  vi.advanceTimersByTime(12_000);
  expect(watched.sockets.filter(({ pings }) => pings.length === 1)).toHaveLength(1_000);
  expect(together(watched.sockets)).toBeLessThan(150);
});

test("asked for signs of life, all sockets are pinged within the time, in steps, but those that were just heard", async () => {
  using watched = watching(1_000);
  vi.advanceTimersByTime(5_000);
  const heard = watched.sockets.slice(0, 100);
  for (const socket of heard) watched.heard(socket);
  const since = performance.now();
  const asked = watched.keepalive.ask(250);
  await vi.advanceTimersByTimeAsync(250);
  await asked;
  expect(heard.flatMap(({ pings }) => pings)).toEqual([]);
  const others = watched.sockets.slice(100);
  expect(others.every(({ pings }) => pings.length === 1 && Number(pings[0]) - since <= 250)).toBe(true);
  expect(together(watched.sockets)).toBeLessThanOrEqual(50);
});
