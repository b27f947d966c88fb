import type { CallParticipantLeftReason, Epoch, ErrorCode, PeerId } from "@radist-tech/protocol";
import {
  type Call,
  type CallLimits,
  claimedPeer,
  holdsSeat,
  type OpenCall,
  type OwnerNode,
  type Peer,
  SEATS,
  type TombstonedCall,
} from "./call.ts";
import type { CallFact } from "./facts.ts";

/** The event finds nothing to change, or is refused. */
export type Unchanged =
  /** It came too late, or under a claim that is no longer the latest. */
  { readonly outcome: "stale" } | { readonly outcome: "refused"; readonly code: ErrorCode };

/** A call after a transition, and what that made true. */
export interface Changed<C extends Call> {
  readonly call: C;
  readonly facts: readonly CallFact[];
}

export type Transition = ({ readonly outcome: "done" } & Changed<Call>) | Unchanged;

export function join(call: OpenCall, peerId: PeerId, ownerNode: OwnerNode, at: Date): Transition {
  const seated = call.peers.filter(holdsSeat).length;
  if (seated >= SEATS) return { outcome: "refused", code: "call_full" };
  const peer: Peer = {
    peerId,
    status: "connected",
    epoch: 1 as Epoch,
    ownerNode,
    joinedAt: at,
    updatedAt: at,
    expiresAt: null,
  };
  const wasFull = call.wasFull || seated + 1 === SEATS;
  return {
    outcome: "done",
    call: { ...call, wasFull, peers: [...call.peers, peer] },
    facts: [{ type: "call.participant_joined", data: { peerId } }],
  };
}

export function reconnect(call: OpenCall, peerId: PeerId, ownerNode: OwnerNode, at: Date): Transition {
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  if (!peer || !holdsSeat(peer)) return { outcome: "refused", code: "invalid_reconnect" };
  const epoch = (peer.epoch + 1) as Epoch;
  const back: Peer = { ...peer, status: "connected", epoch, ownerNode, updatedAt: at, expiresAt: null };
  return {
    outcome: "done",
    call: withPeer(call, back),
    facts: [{ type: "call.participant_reconnected", data: { peerId } }],
  };
}

export function leave(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date): Transition {
  const peer = claimedPeer(call, peerId, epoch);
  if (!peer || !holdsSeat(peer)) return { outcome: "stale" };
  const remaining = withPeer(call, { ...peer, status: "left", updatedAt: at, expiresAt: null });
  const left: CallFact = { type: "call.participant_left", data: { peerId, reason: "left" } };
  if (!call.wasFull || remaining.peers.some(holdsSeat)) return { outcome: "done", call: remaining, facts: [left] };
  const ended = tombstone(remaining, "left", at);
  return { outcome: "done", call: ended.call, facts: [left, ...ended.facts] };
}

export function disconnect(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date, limits: CallLimits): Transition {
  const peer = claimedPeer(call, peerId, epoch);
  if (peer?.status !== "connected") return { outcome: "stale" };
  const expiresAt = new Date(at.getTime() + limits.reconnectWindowMs);
  return {
    outcome: "done",
    call: withPeer(call, { ...peer, status: "disconnected", updatedAt: at, expiresAt }),
    facts: [{ type: "call.participant_disconnected", data: { peerId } }],
  };
}

export function withdraw(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date): Transition {
  const peer = claimedPeer(call, peerId, epoch);
  if (!peer || !holdsSeat(peer)) return { outcome: "stale" };
  return { outcome: "done", ...expire(call, [peer], "withdrawn", at) };
}

export function endWhenIdle(call: OpenCall, at: Date, limits: CallLimits): Transition {
  const isIdle = call.idleSince !== null && at.getTime() - call.idleSince.getTime() >= limits.idleMs;
  return isIdle ? { outcome: "done", ...tombstone(call, "idle", at) } : { outcome: "stale" };
}

/** Every step treats windows that are over as over, whether or not the chore has come by. */
export function expireOverdue(call: OpenCall, at: Date): Changed<OpenCall> {
  const overdue = call.peers.filter(
    ({ status, expiresAt }) => status === "disconnected" && expiresAt !== null && expiresAt <= at,
  );
  return expire(call, overdue, "expired", at);
}

function expire(
  call: OpenCall,
  peers: readonly Peer[],
  reason: CallParticipantLeftReason,
  at: Date,
): Changed<OpenCall> {
  const expired = peers.map((peer): Peer => ({ ...peer, status: "expired", updatedAt: at, expiresAt: null }));
  return {
    call: expired.reduce(withPeer, call),
    facts: peers.map(({ peerId }) => ({ type: "call.participant_left", data: { peerId, reason } })),
  };
}

export function tombstone(call: OpenCall, reason: TombstonedCall["reason"], at: Date): Changed<TombstonedCall> {
  const cleared = expire(call, call.peers.filter(holdsSeat), reason, at);
  const { idleSince: _, ...common } = cleared.call;
  const { callId } = call;
  return {
    call: { ...common, state: "tombstoned", at, reason },
    facts: [...cleared.facts, { type: "call.ended", data: { callId, reason } }],
  };
}

const withPeer = <C extends Call>(call: C, peer: Peer): C => ({
  ...call,
  peers: call.peers.map((other) => (other.peerId === peer.peerId ? peer : other)),
});
