import type { P2PServerMessage } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { type RemotePeer, updateRemotePeer } from "./roster.ts";

const at = "2026-05-05T10:30:00.000Z";
const peer = (peerId: string, status: "connected" | "disconnected" = "connected") => ({
  peerId,
  status,
  updatedAt: at,
});
const bob = { peerId: "peer_b", status: "connected" } as RemotePeer;
const bobAway = { peerId: "peer_b", status: "disconnected" } as RemotePeer;

function message(type: string, peers: object[], fields: object = {}): P2PServerMessage {
  const call = { callId: "c", createdAt: at, updatedAt: at, peers: [peer("peer_a"), ...peers] };
  return { type, callId: "c", peerId: "peer_b", call, ...fields } as never;
}

test.each([
  ["alone", undefined, message("call_joined", []), []],
  ["the other peer was first", undefined, message("call_joined", [peer("peer_b")]), ["joined connected"]],
  [
    "the other peer holds its seat, disconnected",
    undefined,
    message("call_joined", [peer("peer_b", "disconnected")]),
    ["joined away"],
  ],
  ["it joins", undefined, message("peer_joined", [peer("peer_b")]), ["joined connected"]],
  [
    "it loses its socket",
    bob,
    message("peer_left", [peer("peer_b", "disconnected")], { reason: "disconnected" }),
    ["left disconnected"],
  ],
  ["it is back", bobAway, message("peer_reconnected", [peer("peer_b")]), ["reconnected"]],
  ["another page takes over its seat", bob, message("peer_reconnected", [peer("peer_b")]), ["reconnected"]],
  ["it leaves", bob, message("peer_left", [], { reason: "left" }), ["left left"]],
  ["it does not return", bobAway, message("peer_left", [], { reason: "expired" }), ["left expired"]],
  ["nothing happened during an outage of this side", bob, message("call_reconnected", [peer("peer_b")]), []],
  ["it left during an outage of this side", bob, message("call_reconnected", []), ["left left"]],
  ["it expired during an outage of this side", bobAway, message("call_reconnected", []), ["left expired"]],
  [
    "it returned during an outage of this side",
    bobAway,
    message("call_reconnected", [peer("peer_b")]),
    ["reconnected"],
  ],
  [
    "it was replaced during an outage of this side",
    bob,
    message("call_reconnected", [peer("peer_c")]),
    ["left left", "joined connected"],
  ],
  ["a signal changes nothing", bob, { type: "signal" } as never, []],
] as [string, RemotePeer, P2PServerMessage, string[]][])("%s", (_, before, heard, expected) => {
  const { events } = updateRemotePeer(before, heard, "peer_a");
  const words = events.map((event) => {
    if (event.type === "joined") return `joined ${event.connected ? "connected" : "away"}`;
    return event.type === "left" ? `left ${event.reason}` : event.type;
  });
  expect(words).toEqual(expected);
});
