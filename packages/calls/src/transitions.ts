import type { CallParticipantLeftReason, Epoch, ErrorCode, PeerId } from "@radist-tech/protocol";
import {
  type Call,
  type CallLimits,
  claimedPeer,
  holdsSeat,
  isVacant,
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
  const vacated = vacate(call, at);
  const seated = vacated.call.peers.filter(holdsSeat);
  if (seated.length >= SEATS) return { outcome: "refused", code: "call_full" };
  const peer: Peer = {
    peerId,
    status: "connected",
    epoch: 1 as Epoch,
    ownerNode,
    joinedAt: at,
    updatedAt: at,
    expiresAt: null,
    unconfirmedSince: at,
  };
  return {
    outcome: "done",
    call: { ...vacated.call, peers: [...vacated.call.peers, peer] },
    facts: [...vacated.facts, { type: "call.participant_joined", data: { peerId } }],
  };
}

/** Of a full call, frees a seat whose holder has probably never heard that it has one: of several, the longest. */
function vacate(call: OpenCall, at: Date): Changed<OpenCall> {
  const seated = call.peers.filter(holdsSeat);
  const vacant = seated.filter((peer) => isVacant(peer, at)).slice(0, 1);
  return seated.length < SEATS ? { call, facts: [] } : expire(call, vacant, "expired", at);
}

/** The reconnect token proves that the client heard of its join. */
export function reconnect(call: OpenCall, peerId: PeerId, ownerNode: OwnerNode, at: Date): Transition {
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  if (!peer || !holdsSeat(peer)) return { outcome: "refused", code: "invalid_reconnect" };
  return claim(call, peer, { ownerNode, unconfirmedSince: null }, at);
}

export function rejoin(
  call: OpenCall,
  event: { readonly peerId: PeerId; readonly ownerNode: OwnerNode; readonly isSameAttempt: boolean },
  at: Date,
): Transition {
  const { peerId, ownerNode, isSameAttempt } = event;
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  const mayHaveLostAnswer = peer?.status === "disconnected" && peer.unconfirmedSince !== null;
  if (!peer || !holdsSeat(peer) || !(isSameAttempt || mayHaveLostAnswer)) {
    return { outcome: "refused", code: "invalid_token" };
  }
  return claim(call, peer, { ownerNode, unconfirmedSince: at }, at);
}

/** Another socket has the peer from now on. */
function claim(call: OpenCall, peer: Peer, by: Pick<Peer, "ownerNode" | "unconfirmedSince">, at: Date): Transition {
  const epoch = (peer.epoch + 1) as Epoch;
  const back: Peer = { ...peer, ...by, status: "connected", epoch, updatedAt: at, expiresAt: null };
  return {
    outcome: "done",
    call: withPeer(call, back),
    facts: [{ type: "call.participant_reconnected", data: { peerId: peer.peerId } }],
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
