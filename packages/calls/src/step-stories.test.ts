import { describe, expect, test } from "vitest";
import { type Call, holdsSeat } from "./call.ts";
import { type CallEvent, step } from "./step.ts";
import {
  ALICE,
  BOB,
  before,
  CAROL,
  describeCall,
  epoch,
  HERE,
  LIMITS,
  NOW,
  open,
  peer,
  THERE,
  unconfirmed,
} from "./testing/call-states.ts";

const ALONE = open([peer(ALICE, "connected")]);
const BOTH = open([peer(ALICE, "connected"), peer(BOB, "connected")]);
const ALICE_LOST = open([peer(ALICE, "disconnected"), peer(BOB, "connected")]);
const BOB_LOST = open([peer(ALICE, "connected"), peer(BOB, "disconnected")]);
const BOTH_OVERDUE = open([peer(ALICE, "overdue"), peer(BOB, "overdue")]);
const FORSAKEN = open([peer(ALICE, "disconnected"), peer(BOB, "disconnected")], LIMITS.idleMs);

const CAROL_JOINS: CallEvent = { type: "join", peerId: CAROL, ownerNode: THERE };
const ALICE_GOES: CallEvent = { type: "disconnect", peerId: ALICE, epoch: epoch(1) };
const ALICE_RETURNS: CallEvent = { type: "reconnect", peerId: ALICE, ownerNode: THERE };

describe("A step writes", () => {
  const done = (call: Call, event: CallEvent): Call => {
    const next = step(call, event, NOW, LIMITS);
    if (next.outcome !== "done") throw new Error(`The ${event.type} was ${next.outcome}.`);
    return next.call;
  };

  test("a newcomer under its first claim, where it is", () => {
    const { peers } = done(ALONE, CAROL_JOINS);
    expect(peers[1]).toEqual({
      ...unconfirmed(peer(CAROL, "connected"), 0),
      ownerNode: THERE,
      joinedAt: NOW,
      updatedAt: NOW,
    });
  });

  test("a window that opens now", () => {
    const { peers } = done(BOTH, ALICE_GOES);
    expect(peers[0]).toEqual({
      ...peer(ALICE, "connected"),
      status: "disconnected",
      updatedAt: NOW,
      expiresAt: before(-LIMITS.reconnectWindowMs),
    });
  });

  test("the new owner of a peer that is back, and keeps when it joined", () => {
    const { peers } = done(ALICE_LOST, ALICE_RETURNS);
    expect(peers[0]).toEqual({ ...peer(ALICE, "connected"), epoch: 2, ownerNode: THERE, updatedAt: NOW });
  });

  test("since when a call is idle once, not at each step", () => {
    expect(done(BOTH_OVERDUE, { type: "settle" })).toMatchObject({ idleSince: before(29_000) });
    expect(done(BOB_LOST, ALICE_GOES)).toMatchObject({ idleSince: NOW });
  });

  test("the time and the reason of the end, and nobody holds a seat of an ended call", () => {
    const call = done(FORSAKEN, { type: "settle" });
    expect(call).toMatchObject({ state: "tombstoned", reason: "idle", at: NOW });
    expect(call.peers.some(holdsSeat)).toBe(false);
    expect(call).not.toHaveProperty("idleSince");
  });
});

test("The last leave does not end a call in which the seats were never taken both at once", () => {
  const story: CallEvent[] = [
    { type: "join", peerId: ALICE, ownerNode: HERE },
    { type: "leave", peerId: ALICE, epoch: epoch(1) },
    { type: "join", peerId: BOB, ownerNode: HERE },
    { type: "leave", peerId: BOB, epoch: epoch(1) },
    { type: "join", peerId: CAROL, ownerNode: HERE },
  ];
  const end = story.reduce<Call>((call, event) => {
    const next = step(call, event, NOW, LIMITS);
    return next.outcome === "done" ? next.call : call;
  }, open([]));
  expect(describeCall(end)).toBe("A-? B-? C+?");
});
