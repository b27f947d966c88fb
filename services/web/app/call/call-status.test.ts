import { expect, test } from "vitest";
import { type CallCondition, callStatus } from "./call-status.ts";

const NORMAL: CallCondition = { signaling: "connected", path: "connected", peer: "present", quality: null };
const direct = { route: "direct", roundTripMs: 17.6 } as const;

test.each<[string, Partial<CallCondition>, string, string]>([
  ["connected, no statistics yet", {}, "good", "Connected"],
  ["connected directly", { quality: direct }, "good", "Direct · 18 ms"],
  ["a round trip below a millisecond", { quality: { ...direct, roundTripMs: 0.2 } }, "good", "Direct · 1 ms"],
  ["connected through a relay", { quality: { route: "relayed", roundTripMs: undefined } }, "good", "Relayed"],
  ["no one else yet", { peer: "absent", path: "new" }, "waiting", "Waiting"],
  ["the other peer has left", { peer: "gone", path: "closed" }, "waiting", "Waiting"],
  ["the other peer is away, media flows", { peer: "away" }, "trouble", "Waiting…"],
  ["the other peer is away, the path failed", { peer: "away", path: "failed" }, "trouble", "Waiting…"],
  ["the first attempt", { path: "connecting" }, "waiting", "Connecting…"],
  ["a path that broke", { path: "disconnected" }, "trouble", "Reconnecting…"],
  ["a path that failed", { path: "failed" }, "trouble", "No sound or video"],
  ["this side's socket is lost", { signaling: "reconnecting" }, "trouble", "Reconnecting…"],
])("%s", (_what, condition, tone, text) => {
  expect(callStatus({ ...NORMAL, ...condition })).toMatchObject({ tone, text });
});
