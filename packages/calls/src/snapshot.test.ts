import { CallSnapshot, P2PServerMessage } from "@radist-tech/protocol";
import { CallView } from "@radist-tech/protocol/bus";
import { expect, test } from "vitest";
import { snapshot, toMessages, view } from "./snapshot.ts";
import { ALICE, BOB, CAROL, ended, open, peer, STRANGER } from "./testing/call-states.ts";

const call = open([
  peer(STRANGER, "left"),
  peer(CAROL, "expired"),
  peer(ALICE, "connected"),
  peer(BOB, "disconnected"),
]);

test("a snapshot shows who holds the seats, in order of joining, and is what the contract says", () => {
  expect(snapshot(call)).toEqual({
    callId: call.callId,
    createdAt: "2026-05-05T10:00:00.000Z",
    updatedAt: "2026-05-05T11:59:31.000Z",
    peers: [
      { peerId: ALICE, status: "connected", updatedAt: "2026-05-05T11:59:31.000Z" },
      { peerId: BOB, status: "disconnected", updatedAt: "2026-05-05T11:59:31.000Z" },
    ],
  });
  expect(CallSnapshot.parse(snapshot(call))).toEqual(snapshot(call));
});

test("a snapshot tells participants nothing about claims and nodes", () => {
  expect(JSON.stringify(snapshot(call))).not.toMatch(/epoch|node|here|expires|project/i);
});

test("a view has every peer that is known, with claim and node, and survives serialization", () => {
  expect(view(call)).toEqual({
    version: call.version,
    peers: [
      { peerId: STRANGER, status: "left", epoch: 1, nodeId: "here" },
      { peerId: CAROL, status: "expired", epoch: 1, nodeId: "here" },
      { peerId: ALICE, status: "connected", epoch: 1, nodeId: "here" },
      { peerId: BOB, status: "disconnected", epoch: 1, nodeId: "here" },
    ],
  });
  expect(CallView.parse(JSON.parse(JSON.stringify(view(call))))).toEqual(view(call));
});

test("an ended call without peers has an empty snapshot", () => {
  expect(snapshot(ended("left", [peer(ALICE, "left")])).peers).toEqual([]);
});

test("each peer event becomes a message of the contract, with the call as it is after all of them", () => {
  const messages = toMessages(call, [
    { type: "peer_left", peerId: CAROL, reason: "expired" },
    { type: "peer_joined", peerId: BOB },
    { type: "peer_reconnected", peerId: BOB },
  ]);
  const rest = { callId: call.callId, call: snapshot(call) };
  expect(messages).toEqual([
    { type: "peer_left", peerId: CAROL, reason: "expired", ...rest },
    { type: "peer_joined", peerId: BOB, ...rest },
    { type: "peer_reconnected", peerId: BOB, ...rest },
  ]);
  for (const message of messages) expect(P2PServerMessage.parse(message)).toEqual(message);
});
