import type { CallSnapshot, P2PServerMessage } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import { type Call, holdsSeat } from "./call.ts";
import type { PeerEvent } from "./peer-events.ts";

/** The call as its participants see it: who holds the two seats. Nobody holds a seat of an ended call. */
export const snapshot = (call: Call): CallSnapshot => ({
  callId: call.callId,
  createdAt: call.createdAt.toISOString(),
  updatedAt: call.updatedAt.toISOString(),
  peers: (call.state === "open" ? call.peers.filter(holdsSeat) : []).map((peer) => ({
    peerId: peer.peerId,
    status: peer.status === "connected" ? "connected" : "disconnected",
    updatedAt: peer.updatedAt.toISOString(),
  })),
});

/** The call as nodes tell each other: who is where, under which claim. */
export const view = (call: Call): CallView => ({
  version: call.version,
  peers: call.peers.map(({ peerId, status, epoch, ownerNode }) => ({
    peerId,
    status,
    epoch,
    nodeId: ownerNode.nodeId,
  })),
});

export const toMessages = (call: Call, events: readonly PeerEvent[]): P2PServerMessage[] =>
  events.map((item) => ({ ...item, callId: call.callId, call: snapshot(call) }));
