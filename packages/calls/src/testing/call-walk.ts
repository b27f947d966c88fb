import type { PeerId } from "@radist-tech/protocol";
import fc from "fast-check";
import { type Call, CONFIRM_MS } from "../call.ts";
import { type CallEvent, type CallEventName, type Step, step } from "../step.ts";
import { deepFreeze, epoch, LIMITS, NOW, open, ownerNode } from "./call-states.ts";

/** One move of a walk: what happens to whom, after how long, under which claim. */
export interface Move {
  readonly kind: CallEventName;
  /** Which of all peers that ever joined, counted from the last one. */
  readonly who: number;
  readonly place: string;
  readonly waitMs: number;
  /** How far the claim is from the latest one; mostly 0. */
  readonly claim: number;
}

export interface Walked {
  readonly before: Call;
  readonly event: CallEvent;
  readonly done: Step;
  readonly after: Call;
}

const { reconnectWindowMs, idleMs } = LIMITS;

/** Walks through interesting states: joins are frequent, ends are rare, times are close to the limits. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 8, arbitrary: fc.constant("join" as const) },
      { weight: 6, arbitrary: fc.constant("disconnect" as const) },
      { weight: 6, arbitrary: fc.constantFrom("reconnect" as const, "rejoin" as const) },
      { weight: 4, arbitrary: fc.constantFrom("leave" as const, "settle" as const) },
      { weight: 2, arbitrary: fc.constant("withdraw" as const) },
      { weight: 1, arbitrary: fc.constant("terminate" as const) },
    ),
    who: fc.oneof({ weight: 9, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(9) }),
    place: fc.constantFrom("here", "there"),
    waitMs: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0, 1, 1_000) },
      { weight: 2, arbitrary: fc.constantFrom(CONFIRM_MS - 1, CONFIRM_MS) },
      { weight: 3, arbitrary: fc.constantFrom(reconnectWindowMs - 1, reconnectWindowMs, reconnectWindowMs + 1) },
      { weight: 1, arbitrary: fc.constantFrom(idleMs - 1, idleMs) },
    ),
    claim: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
  }),
  { maxLength: 60 },
);

/** Takes a new call through the moves. Every state on the way is frozen, so that a step that mutates one throws. */
export function walk(path: readonly Move[]): Walked[] {
  let call: Call = deepFreeze(open([]));
  let at = NOW.getTime();
  const steps: Walked[] = [];
  for (const move of path) {
    at += move.waitMs;
    const before = call;
    const event = toEvent(move, move.kind, call);
    const done = step(before, event, new Date(at), LIMITS);
    if (done.outcome === "done") call = deepFreeze(done.call);
    steps.push({ before, event, done, after: call });
  }
  return steps;
}

function toEvent(move: Move, type: CallEventName, call: Call): CallEvent {
  const peer = call.peers.at(-1 - move.who);
  const peerId = peer?.peerId ?? ("peer_Nobody" as PeerId);
  const claim = epoch((peer?.epoch ?? 1) + move.claim);
  switch (type) {
    case "join":
      return { type, peerId: `peer_${call.peers.length}` as PeerId, ownerNode: ownerNode(move.place) };
    case "reconnect":
      return { type, peerId, ownerNode: ownerNode(move.place) };
    case "rejoin":
      return { type, peerId, ownerNode: ownerNode(move.place), isSameAttempt: move.claim === 0 };
    case "leave":
    case "disconnect":
    case "withdraw":
      return { type, peerId, epoch: claim };
    case "settle":
    case "terminate":
      return { type };
  }
}
