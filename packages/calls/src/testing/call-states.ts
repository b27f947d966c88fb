import type { CallId, Epoch, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import {
  type Call,
  type CallLimits,
  holdsSeat,
  isVacant,
  type OwnerNode,
  type Peer,
  SEATS,
  type TombstonedCall,
} from "../call.ts";
import type { CallFact } from "../facts.ts";
import type { PeerEvent } from "../peer-events.ts";

/** The time of a step in tests, and what it is measured by. */
export const NOW = new Date("2026-05-05T12:00:00.000Z");
export const LIMITS: CallLimits = { reconnectWindowMs: 30_000, idleMs: 3_600_000 };

export const ALICE = "peer_Alice" as PeerId;
export const BOB = "peer_Bob" as PeerId;
export const CAROL = "peer_Carol" as PeerId;
export const STRANGER = "peer_Stranger" as PeerId;

export const ownerNode = (nodeId: string): OwnerNode => ({ nodeId: nodeId as NodeId, nodeEpoch: 1 });
export const HERE = ownerNode("here");
export const THERE = ownerNode("there");

export const before = (ms: number): Date => new Date(NOW.getTime() - ms);
export const epoch = (count: number): Epoch => count as Epoch;

type Status = Peer["status"] | "overdue";

/** A peer under its first claim. Overdue: disconnected, and its window ends at this very instant. */
export function peer(peerId: PeerId, status: Status): Peer {
  const expiresAt = { disconnected: before(-1), overdue: NOW, connected: null, left: null, expired: null }[status];
  const joinedAt = before(120_000);
  const isOverdue = status === "overdue";
  return {
    peerId,
    status: isOverdue ? "disconnected" : status,
    epoch: epoch(1),
    ownerNode: HERE,
    joinedAt,
    updatedAt: before(29_000),
    expiresAt,
    unconfirmedSince: null,
  };
}

/** The same, `forMs` after its join was answered; nobody knows whether it heard. */
export const unconfirmed = (one: Peer, forMs: number): Peer => ({ ...one, unconfirmedSince: before(forMs) });

const common = {
  callId: "550e8400-e29b-41d4-a716-446655440000" as CallId,
  projectId: "7d9f1e9e-6f0b-4c59-9f0e-0f3d8a1f4f11" as ProjectId,
  accessControl: "public" as const,
  createdAt: before(7_200_000),
  updatedAt: before(29_000),
  version: 7,
};

/** An open call. Both seats have been taken once if it has had two peers. */
export function open(peers: readonly Peer[], idleMs = 29_000): Call {
  const isIdle = !peers.some(({ status }) => status === "connected");
  return { ...common, state: "open", wasFull: peers.length > 1, peers, idleSince: isIdle ? before(idleMs) : null };
}

export function ended(reason: TombstonedCall["reason"], peers: readonly Peer[]): Call {
  return { ...common, state: "tombstoned", wasFull: true, peers, at: before(10_000), reason };
}

const SIGNS: Record<Peer["status"], string> = { connected: "+", disconnected: "~", left: "-", expired: "x" };
const initial = (peerId: PeerId): string => peerId.charAt("peer_".length);

/** `A+ B~2? idle`: who is where, under which claim (the first is not shown), whether unconfirmed, and what the call is. */
export function describeCall(call: Call): string {
  const peers = call.peers.map(
    ({ peerId, status, epoch, unconfirmedSince }) =>
      `${initial(peerId)}${SIGNS[status]}${epoch > 1 ? epoch : ""}${unconfirmedSince === null ? "" : "?"}`,
  );
  const state = call.state === "tombstoned" ? `ended ${call.reason}` : call.idleSince ? "idle" : "";
  return [...peers, state].filter(Boolean).join(" ");
}

/** `peer_left A expired` */
export const describePeerEvent = (event: PeerEvent): string =>
  [event.type, initial(event.peerId), event.type === "peer_left" ? event.reason : ""].filter(Boolean).join(" ");

/** `left A expired` */
export function describeFact(fact: CallFact): string {
  const name = fact.type.replace(/^call\.(participant_)?/, "");
  const { data } = fact;
  return [name, "peerId" in data ? initial(data.peerId) : "", "reason" in data ? data.reason : ""]
    .filter(Boolean)
    .join(" ");
}

/** Freezes a value deeply, so that changing it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** What must be true of any call at any time. */
export function brokenRules(call: Call): string[] {
  const seated = call.peers.filter(holdsSeat);
  const rules: [string, boolean][] = [
    ["no more than two seats are held", seated.length <= SEATS],
    ["nobody holds a seat of a call that has ended", call.state === "open" || seated.length === 0],
    ["a peer is known once", new Set(call.peers.map(({ peerId }) => peerId)).size === call.peers.length],
    [
      "a peer expires some time exactly while it is disconnected",
      call.peers.every(({ status, expiresAt }) => (status === "disconnected") === (expiresAt !== null)),
    ],
    [
      "a call is idle exactly while nobody is connected",
      call.state === "tombstoned" ||
        (call.idleSince === null) === call.peers.some(({ status }) => status === "connected"),
    ],
    [
      "two seats held is full, unless one is vacant",
      call.peers.filter((peer) => holdsSeat(peer) && !isVacant(peer, call.updatedAt)).length < 2 || call.wasFull,
    ],
  ];
  return rules.filter(([, isKept]) => !isKept).map(([rule]) => rule);
}
