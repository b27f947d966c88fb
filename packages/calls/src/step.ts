import type { AccessControl, CallId, Epoch, PeerId, ProjectId } from "@radist-tech/protocol";
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
} from "./call.ts";
import { type CallFact, toPeerEvents } from "./facts.ts";
import type { PeerEvent } from "./peer-events.ts";
import {
  disconnect,
  endWhenIdle,
  expireOverdue,
  join,
  leave,
  reconnect,
  rejoin,
  type Transition,
  tombstone,
  type Unchanged,
  withdraw,
} from "./transitions.ts";

export type CallEventName = CallEvent["type"];
export type CallEvent =
  | { readonly type: "join"; readonly peerId: PeerId; readonly ownerNode: OwnerNode }
  | { readonly type: "reconnect"; readonly peerId: PeerId; readonly ownerNode: OwnerNode }
  /** The token of a peer is used again; `isSameAttempt`: by the join that seated it, whose answer may have been lost. */
  | {
      readonly type: "rejoin";
      readonly peerId: PeerId;
      readonly ownerNode: OwnerNode;
      readonly isSameAttempt: boolean;
    }
  | { readonly type: "leave"; readonly peerId: PeerId; readonly epoch: Epoch }
  | { readonly type: "disconnect"; readonly peerId: PeerId; readonly epoch: Epoch }
  /** Takes back a join that was stored after its caller had given up. */
  | { readonly type: "withdraw"; readonly peerId: PeerId; readonly epoch: Epoch }
  /** Time passed: windows may be over, the call may have been idle for too long. */
  | { readonly type: "settle" }
  /** The API ends the call. */
  | { readonly type: "terminate" };

/** What a connected peer other than the one that acts is told. */
export interface Notification {
  readonly to: Peer;
  readonly events: readonly PeerEvent[];
}

/** What an event made of a call, whom to notify of it, and which facts it made true. */
export interface DoneStep {
  readonly outcome: "done";
  readonly call: Call;
  readonly notify: readonly Notification[];
  readonly facts: readonly CallFact[];
}

export type Step = DoneStep | Unchanged;

/** The first step of a call: it is created, without peers. */
export function create(
  { callId, projectId, accessControl }: { callId: CallId; projectId: ProjectId; accessControl: AccessControl },
  at: Date,
): DoneStep {
  const call: OpenCall = {
    callId,
    projectId,
    accessControl,
    createdAt: at,
    updatedAt: at,
    version: 0,
    wasFull: false,
    peers: [],
    state: "open",
    idleSince: at,
  };
  return { outcome: "done", call, notify: [], facts: [{ type: "call.created", data: { callId, accessControl } }] };
}

/**
 * Advances a call by one event.
 *
 * @param at the database's time of the step
 */
export function step(call: Call, event: CallEvent, at: Date, limits: CallLimits): Step {
  if (call.state === "tombstoned") return afterTheEnd(event);
  const settled = expireOverdue(withFullness(call, at), at);
  const done = act(settled.call, event, at, limits);
  // Only `settle` is about time alone: an event that came too late stores nothing, not even what is overdue.
  const hasSettled = event.type === "settle" && settled.facts.length > 0;
  if (done.outcome === "refused" || (done.outcome === "stale" && !hasSettled)) return done;
  const acted = done.outcome === "stale" ? { call: settled.call, facts: [] } : done;
  const next: Call = { ...withFullness(withIdleness(acted.call, at), at), version: call.version + 1, updatedAt: at };
  const facts = [...settled.facts, ...acted.facts];
  return { outcome: "done", call: next, notify: notifyOthers(call, next, facts.flatMap(toPeerEvents)), facts };
}

function act(call: OpenCall, event: CallEvent, at: Date, limits: CallLimits): Transition {
  switch (event.type) {
    case "join":
      return join(call, event.peerId, event.ownerNode, at);
    case "reconnect":
      return reconnect(call, event.peerId, event.ownerNode, at);
    case "rejoin":
      return rejoin(call, event, at);
    case "leave":
      return leave(call, event.peerId, event.epoch, at);
    case "disconnect":
      return disconnect(call, event.peerId, event.epoch, at, limits);
    case "withdraw":
      return withdraw(call, event.peerId, event.epoch, at);
    case "settle":
      return endWhenIdle(call, at, limits);
    case "terminate":
      return { outcome: "done", ...tombstone(call, "terminated", at) };
  }
}

function afterTheEnd(event: CallEvent): Step {
  switch (event.type) {
    case "join":
    case "reconnect":
    case "rejoin":
      return { outcome: "refused", code: "call_terminated" };
    case "leave":
    case "disconnect":
    case "withdraw":
    case "settle":
    case "terminate":
      return { outcome: "stale" };
  }
}

/** Both seats have been taken at once: by two who are there, not by one whose first attempt got no answer. */
function withFullness<C extends Call>(call: C, at: Date): C {
  const present = call.peers.filter((peer) => holdsSeat(peer) && !isVacant(peer, at));
  return { ...call, wasFull: call.wasFull || present.length >= SEATS };
}

function withIdleness(call: Call, at: Date): Call {
  if (call.state === "tombstoned") return call;
  const isIdle = !call.peers.some((peer) => peer.status === "connected");
  return { ...call, idleSince: isIdle ? (call.idleSince ?? at) : null };
}

/** Everyone who was connected before and still is hears what happened to the others. */
function notifyOthers(before: Call, after: Call, events: readonly PeerEvent[]): Notification[] {
  return after.peers
    .filter(
      (peer) => peer.status === "connected" && claimedPeer(before, peer.peerId, peer.epoch)?.status === "connected",
    )
    .map((to) => ({ to, events: events.filter(({ peerId }) => peerId !== to.peerId) }))
    .filter((notification) => notification.events.length > 0);
}
