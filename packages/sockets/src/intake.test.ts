import { IceFailure, Leave, Ping, type Pong } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { Intake } from "./intake.ts";
import { messageReader } from "./message.ts";
import type { PeerSocket } from "./peer-socket.ts";

const LIMITS = { perSecond: 1, burst: 5, patienceMs: 60_000 };

function intake() {
  const pongs: Pong[] = [];
  const refused: string[] = [];
  const failures: IceFailure[] = [];
  const taken = new Intake({
    socket: undefined as unknown as PeerSocket,
    limits: LIMITS,
    read: messageReader(z.discriminatedUnion("type", [Leave, IceFailure, Ping])),
    refuse: (code, requestId) => refused.push(requestId === undefined ? code : `${code} ${requestId}`),
    count: () => {},
    pong: (pong) => pongs.push(pong),
    iceFailed: (failure) => failures.push(failure),
  });
  return {
    pongs,
    refused,
    failures,
    take: (message: object) => taken.take(Buffer.from(JSON.stringify(message)), false),
  };
}

test("a ping is answered, and its request id echoed; it is no message for anybody else", () => {
  const { pongs, take } = intake();
  expect([take({ type: "ping" }), take({ type: "ping", requestId: "r" })]).toEqual([undefined, undefined]);
  expect(pongs).toEqual([{ type: "pong" }, { type: "pong", requestId: "r" }]);
  expect(take({ type: "leave" })).toMatchObject({ message: { type: "leave" } });
});

test("a ping within its own rate is answered when all else is over the limit, and takes nothing from it", () => {
  const { pongs, refused, take } = intake();
  take({ type: "ping" });
  for (let count = 0; count < LIMITS.burst + 1; count++) take({ type: "leave" });
  expect(refused).toEqual(["rate_limited"]);
  take({ type: "ping" });
  expect(pongs).toHaveLength(2);
});

test("further pings count like any message", () => {
  const { pongs, refused, take } = intake();
  for (let count = 0; count < LIMITS.burst + 5; count++) take({ type: "ping" });
  expect(pongs).toHaveLength(LIMITS.burst + 2);
  expect(refused).toHaveLength(3);
});

test("a ping of another shape is invalid", () => {
  const { pongs, refused, take } = intake();
  take({ type: "ping", requestId: 1 });
  expect([pongs, refused]).toEqual([[], ["invalid_message"]]);
});

test("reports of failures are taken within a rate of their own, and are no message for anybody else", () => {
  const { failures, refused, take } = intake();
  const report = { type: "ice-failure", reason: "no_relay", requestId: "r" };
  expect([take(report), take(report), take(report)]).toEqual([undefined, undefined, undefined]);
  expect(failures).toEqual([report, report]);
  expect(refused).toEqual(["rate_limited r"]);
  expect(take({ type: "leave" })).toMatchObject({ message: { type: "leave" } });
});

test("a report of another shape is invalid, and not taken", () => {
  const { failures, refused, take } = intake();
  take({ type: "ice-failure", reason: { evil: 1 } });
  expect([failures, refused]).toEqual([[], ["invalid_message"]]);
});
