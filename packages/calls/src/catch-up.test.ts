import type { NodeId } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import { describe, expect, test } from "vitest";
import type { Peer } from "./call.ts";
import { catchUp } from "./catch-up.ts";
import { ALICE, BOB, CAROL, describePeerEvent, ended, epoch, open, peer } from "./testing/call-states.ts";

type Known = CallView["peers"][number]["status"];

const known = (status: Known | undefined, claim = 1): CallView => {
  const bob = status && { peerId: BOB, status, epoch: epoch(claim), nodeId: "here" as NodeId };
  const alice = { peerId: ALICE, status: "connected", epoch: epoch(1), nodeId: "here" as NodeId } as const;
  return { version: 3, peers: bob ? [alice, bob] : [alice] };
};

const alice = peer(ALICE, "connected");
const bob = (status: Peer["status"], claim: number): Peer => ({ ...peer(BOB, status), epoch: epoch(claim) });

// What Alice knew of Bob, what he is now under the same claim, and under a later one.
const TABLE = {
  unknown: {
    connected: ["peer_joined B", "peer_joined B"],
    disconnected: ["peer_joined B, peer_left B disconnected", "peer_joined B, peer_left B disconnected"],
    left: ["", ""],
    expired: ["", ""],
  },
  connected: {
    connected: ["", "peer_reconnected B"],
    disconnected: ["peer_left B disconnected", "peer_reconnected B, peer_left B disconnected"],
    left: ["peer_left B left", "peer_left B left"],
    expired: ["peer_left B expired", "peer_left B expired"],
  },
  disconnected: {
    connected: ["peer_reconnected B", "peer_reconnected B"],
    disconnected: ["", "peer_reconnected B, peer_left B disconnected"],
    left: ["peer_left B left", "peer_left B left"],
    expired: ["peer_left B expired", "peer_left B expired"],
  },
  gone: {
    connected: undefined,
    disconnected: undefined,
    left: ["", ""],
    expired: ["", ""],
  },
} satisfies Record<string, Record<Peer["status"], [string, string] | undefined>>;

const VIEWS: Record<keyof typeof TABLE, CallView> = {
  unknown: known(undefined),
  connected: known("connected"),
  disconnected: known("disconnected"),
  gone: known("left"),
};

const rows = (Object.keys(TABLE) as (keyof typeof TABLE)[]).flatMap((was) =>
  (Object.keys(TABLE[was]) as Peer["status"][]).flatMap((is) => {
    const [same, later] = TABLE[was][is] ?? [];
    const cases: [string, Peer["status"], number, string | undefined][] = [
      // Nobody comes back under the same claim.
      [was, is, 1, was === "disconnected" && is === "connected" ? undefined : same],
      [was, is, 2, later],
    ];
    return cases.flatMap(([, , claim, events]) => (events === undefined ? [] : [{ was, is, claim, events }]));
  }),
);

test.each(rows)("was $was, is $is under claim $claim: $events", ({ was, is, claim, events }) => {
  const now = open([alice, bob(is, claim)]);
  expect(catchUp(VIEWS[was], now, ALICE).map(describePeerEvent).join(", ")).toBe(events);
});

describe("Catching up", () => {
  test("never mentions the peer itself", () => {
    const now = open([{ ...alice, epoch: epoch(5) }, bob("connected", 1)]);
    expect(catchUp(known("connected"), now, ALICE)).toEqual([]);
  });

  test("lists peers that left before peers that joined, in the order of joining", () => {
    const now = open([alice, bob("expired", 1), peer(CAROL, "connected")]);
    expect(catchUp(known("connected"), now, ALICE).map(describePeerEvent)).toEqual([
      "peer_left B expired",
      "peer_joined C",
    ]);
  });

  test("says nothing of a peer that came and went in between", () => {
    const now = open([alice, bob("connected", 1), peer(CAROL, "left")]);
    expect(catchUp(known("connected"), now, ALICE)).toEqual([]);
  });

  test("of an ended call tells how the others left", () => {
    const now = ended("left", [peer(ALICE, "left"), bob("left", 1)]);
    expect(catchUp(known("connected"), now, ALICE).map(describePeerEvent)).toEqual(["peer_left B left"]);
  });
});

test("a peer that is no longer known has left", () => {
  const missed = catchUp(known("disconnected"), open([alice]), ALICE);
  expect(missed.map(describePeerEvent)).toEqual(["peer_left B left"]);
  expect(catchUp(known("left"), open([alice]), ALICE)).toEqual([]);
});
