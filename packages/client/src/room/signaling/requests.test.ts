import type { RoomServerMessage } from "@radist-tech/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { Requests } from "./requests.ts";

const ANSWER_MS = 15_000;

const CLOSE = { type: "close-producer", producerId: "p" } as const;
const ack = (requestId: string) => ({ type: "ack", requestId }) as RoomServerMessage;

function open() {
  const sent: { type: string; requestId: string }[] = [];
  let timeouts = 0;
  const requests = new Requests(() => timeouts++);
  const ask = () => requests.ask(CLOSE, (message) => sent.push(message));
  return { requests, sent, ask, timeouts: () => timeouts };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("each answer settles the request with its id, in any order", async () => {
  const { requests, sent, ask } = open();
  const [first, second] = [ask(), ask()];
  expect(sent).toEqual([
    { ...CLOSE, requestId: "1" },
    { ...CLOSE, requestId: "2" },
  ]);
  expect(requests.settle("2", ack("2"))).toBe(true);
  expect(requests.settle("1", new RadistError("producer_not_found"))).toBe(true);
  expect(await second).toEqual(ack("2"));
  await expect(first).rejects.toMatchObject({ code: "producer_not_found" });
});

test("other messages settle nothing", async () => {
  const { requests, ask } = open();
  const asked = ask();
  expect([requests.settle(undefined, ack("1")), requests.settle("7", ack("7"))]).toEqual([false, false]);
  expect([requests.settle("1", ack("1")), requests.settle("1", ack("1"))]).toEqual([true, false]);
  await asked;
});

test("a request without an answer fails, and the connection is suspected", async () => {
  const { requests, ask, timeouts } = open();
  const failure = expect(ask()).rejects.toMatchObject({ code: "internal_error", requestId: "1" });
  await vi.advanceTimersByTimeAsync(ANSWER_MS - 1);
  expect(timeouts()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  await failure;
  expect([timeouts(), requests.settle("1", ack("1"))]).toEqual([1, false]);
});

test("an answer in time leaves no timer behind", async () => {
  const { requests, ask } = open();
  const asked = ask();
  requests.settle("1", ack("1"));
  await asked;
  expect(vi.getTimerCount()).toBe(0);
});

test("a lost connection fails all requests, and ids are not used again", async () => {
  const { requests, sent, ask, timeouts } = open();
  const failures = Promise.allSettled([ask(), ask()]);
  requests.connectionLost();
  for (const result of await failures) expect(result).toMatchObject({ reason: expect.any(ConnectionLost) });
  await vi.advanceTimersByTimeAsync(ANSWER_MS);
  expect(timeouts()).toBe(0);
  const next = ask();
  expect(sent.at(-1)?.requestId).toBe("3");
  requests.settle("3", ack("3"));
  await next;
});
