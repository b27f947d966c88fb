import type { CallId, CallLeftReason, Epoch, ErrorCode, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import type { PeerEvent } from "./peer-events.ts";

// A peer:   (join) → connected ⇄ disconnected → (window over) expired
//                        └── (leave) ──┴────────→ left
// A call:   open → tombstoned, by the API, by the last leave once both seats were taken, or by idleness. Final.

/** A process that holds sockets, under the claim that it currently has on its id. */
export interface OwnerNode {
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
}

export interface Peer {
  readonly peerId: PeerId;
  readonly status: "connected" | "disconnected" | "left" | "expired";
  /** Counts the sockets that claimed this peer; only the latest may write for it. */
  readonly epoch: Epoch;
  readonly ownerNode: OwnerNode;
  readonly joinedAt: Date;
  readonly updatedAt: Date;
  /** When a disconnected peer loses its seat. */
  readonly expiresAt: Date | null;
}

interface CommonCall {
  readonly callId: CallId;
  readonly projectId: ProjectId;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts steps without gaps. */
  readonly version: number;
  /** Both seats were taken at once, at some time. */
  readonly wasFull: boolean;
  /** In order of joining, with those who are gone. */
  readonly peers: readonly Peer[];
}

export type OpenCall = CommonCall & { readonly state: "open"; readonly idleSince: Date | null };
export type TombstonedCall = CommonCall & {
  readonly state: "tombstoned";
  readonly at: Date;
  readonly reason: Extract<CallLeftReason, "left" | "terminated" | "idle">;
};
export type Call = OpenCall | TombstonedCall;

export type CallEventName = CallEvent["type"];
export type CallEvent =
  | { readonly type: "join"; readonly peerId: PeerId; readonly ownerNode: OwnerNode }
  | { readonly type: "reconnect"; readonly peerId: PeerId; readonly ownerNode: OwnerNode }
  | { readonly type: "leave"; readonly peerId: PeerId; readonly epoch: Epoch }
  | { readonly type: "disconnect"; readonly peerId: PeerId; readonly epoch: Epoch }
  /** Takes back a join whose caller gave up before it was stored: nobody was told of it. */
  | { readonly type: "withdraw"; readonly peerId: PeerId; readonly epoch: Epoch }
  /** Time passed: windows may be over, the call may have been idle for too long. */
  | { readonly type: "settle" };

/** Durations of a call, milliseconds. */
export interface CallLimits {
  readonly reconnectWindowMs: number;
  readonly idleMs: number;
}

/** Something to tell to a connected peer other than the one that acts. */
export interface Notification {
  readonly to: Peer;
  readonly events: readonly PeerEvent[];
}

export type Step =
  | { readonly outcome: "done"; readonly call: Call; readonly notify: readonly Notification[] }
  /** The event finds nothing to change: it came too late, or from a claim that is no longer the latest. */
  | { readonly outcome: "stale" }
  | { readonly outcome: "refused"; readonly code: ErrorCode };

/** How many peers a call has room for. */
export const SEATS = 2;

export const holdsSeat = (peer: Peer): boolean => peer.status === "connected" || peer.status === "disconnected";

/**
 * Advances a call by one event.
 *
 * @param at the database's time of the step
 */
export function step(call: Call, event: CallEvent, at: Date, limits: CallLimits): Step {
  if (call.state === "tombstoned") return afterTheEnd(event);
  const { call: settled, events: expiries } = expireOverdue(call, at);
  const done = act(settled, event, at, limits);
  // What is stored along with an event must not be stored for one that came too late: only `settle` is about time alone.
  const hasSettled = event.type === "settle" && expiries.length > 0;
  if (done.outcome === "refused" || (done.outcome === "stale" && !hasSettled)) return done;
  const { call: acted, events } = done.outcome === "stale" ? { call: settled, events: [] } : done;
  const next: Call = { ...withIdleness(acted, at), version: call.version + 1, updatedAt: at };
  return { outcome: "done", call: next, notify: notifyOthers(call, next, [...expiries, ...events]) };
}

type Acted = { outcome: "done"; call: Call; events: PeerEvent[] } | Exclude<Step, { outcome: "done" }>;

function act(call: OpenCall, event: CallEvent, at: Date, limits: CallLimits): Acted {
  switch (event.type) {
    case "join":
      return join(call, event.peerId, event.ownerNode, at);
    case "reconnect":
      return reconnect(call, event.peerId, event.ownerNode, at);
    case "leave":
      return leave(call, event.peerId, event.epoch, at);
    case "disconnect":
      return disconnect(call, event.peerId, event.epoch, at, limits);
    case "withdraw":
      return withdraw(call, event.peerId, event.epoch, at);
    case "settle":
      return endWhenIdle(call, at, limits);
  }
}

function afterTheEnd(event: CallEvent): Step {
  switch (event.type) {
    case "join":
    case "reconnect":
      return { outcome: "refused", code: "call_terminated" };
    case "leave":
    case "disconnect":
    case "withdraw":
    case "settle":
      return { outcome: "stale" };
  }
}

function join(call: OpenCall, peerId: PeerId, ownerNode: OwnerNode, at: Date): Acted {
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
    events: [{ type: "peer_joined", peerId }],
  };
}

function reconnect(call: OpenCall, peerId: PeerId, ownerNode: OwnerNode, at: Date): Acted {
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  if (!peer || !holdsSeat(peer)) return { outcome: "refused", code: "invalid_reconnect" };
  const epoch = (peer.epoch + 1) as Epoch;
  const back: Peer = { ...peer, status: "connected", epoch, ownerNode, updatedAt: at, expiresAt: null };
  return { outcome: "done", call: withPeer(call, back), events: [{ type: "peer_reconnected", peerId }] };
}

function leave(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date): Acted {
  const peer = claimed(call, peerId, epoch);
  if (!peer || !holdsSeat(peer)) return { outcome: "stale" };
  const remaining = withPeer(call, { ...peer, status: "left", updatedAt: at, expiresAt: null });
  const events: PeerEvent[] = [{ type: "peer_left", peerId, reason: "left" }];
  if (call.wasFull && !remaining.peers.some(holdsSeat)) {
    return { outcome: "done", call: tombstone(remaining, "left", at), events };
  }
  return { outcome: "done", call: remaining, events };
}

function disconnect(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date, limits: CallLimits): Acted {
  const peer = claimed(call, peerId, epoch);
  if (peer?.status !== "connected") return { outcome: "stale" };
  const expiresAt = new Date(at.getTime() + limits.reconnectWindowMs);
  return {
    outcome: "done",
    call: withPeer(call, { ...peer, status: "disconnected", updatedAt: at, expiresAt }),
    events: [{ type: "peer_left", peerId, reason: "disconnected" }],
  };
}

function withdraw(call: OpenCall, peerId: PeerId, epoch: Epoch, at: Date): Acted {
  const peer = claimed(call, peerId, epoch);
  if (!peer || !holdsSeat(peer)) return { outcome: "stale" };
  const remaining = withPeer(call, { ...peer, status: "expired", updatedAt: at, expiresAt: null });
  // Who caught up with the database meanwhile has seen the peer; for the others it was never there.
  return { outcome: "done", call: remaining, events: [{ type: "peer_left", peerId, reason: "expired" }] };
}

function endWhenIdle(call: OpenCall, at: Date, limits: CallLimits): Acted {
  const isIdle = call.idleSince !== null && at.getTime() - call.idleSince.getTime() >= limits.idleMs;
  return isIdle ? { outcome: "done", call: tombstone(call, "idle", at), events: [] } : { outcome: "stale" };
}

/** The peer, if `epoch` is still the latest claim on it. */
const claimed = (call: Call, peerId: PeerId, epoch: Epoch): Peer | undefined =>
  call.peers.find((peer) => peer.peerId === peerId && peer.epoch === epoch);

/** Windows that are over are seen as over by every step, whenever a sweep comes by. */
function expireOverdue(call: OpenCall, at: Date): { call: OpenCall; events: PeerEvent[] } {
  const overdue = call.peers.filter(
    (peer) => peer.status === "disconnected" && peer.expiresAt !== null && peer.expiresAt <= at,
  );
  const expired = overdue.reduce(
    (next, peer) => withPeer(next, { ...peer, status: "expired", updatedAt: at, expiresAt: null }),
    call,
  );
  return { call: expired, events: overdue.map(({ peerId }) => ({ type: "peer_left", peerId, reason: "expired" })) };
}

function tombstone(call: OpenCall, reason: TombstonedCall["reason"], at: Date): TombstonedCall {
  const { idleSince: _, ...facts } = call;
  const peers = call.peers.map((peer) =>
    holdsSeat(peer) ? ({ ...peer, status: "expired", updatedAt: at, expiresAt: null } as const) : peer,
  );
  return { ...facts, peers, state: "tombstoned", at, reason };
}

function withIdleness(call: Call, at: Date): Call {
  if (call.state === "tombstoned") return call;
  const isIdle = !call.peers.some((peer) => peer.status === "connected");
  return { ...call, idleSince: isIdle ? (call.idleSince ?? at) : null };
}

const withPeer = <C extends Call>(call: C, peer: Peer): C => ({
  ...call,
  peers: call.peers.map((other) => (other.peerId === peer.peerId ? peer : other)),
});

/** Everyone who was connected before and still is hears what happened to the others. */
function notifyOthers(before: Call, after: Call, events: readonly PeerEvent[]): Notification[] {
  return after.peers
    .filter((peer) => peer.status === "connected" && claimed(before, peer.peerId, peer.epoch)?.status === "connected")
    .map((to) => ({ to, events: events.filter(({ peerId }) => peerId !== to.peerId) }))
    .filter((notify) => notify.events.length > 0);
}
