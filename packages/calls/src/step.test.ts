import { describe, expect, test } from "vitest";
import { type Call, CONFIRM_MS } from "./call.ts";
import { type CallEvent, type CallEventName, type Step, step } from "./step.ts";
import {
  ALICE,
  BOB,
  brokenRules,
  CAROL,
  deepFreeze,
  describeCall,
  describeFact,
  describePeerEvent,
  ended,
  epoch,
  LIMITS,
  NOW,
  open,
  peer,
  STRANGER,
  THERE,
  unconfirmed,
} from "./testing/call-states.ts";

const STATES = {
  empty: open([]),
  "empty for too long": open([], LIMITS.idleMs),
  "Alice alone": open([peer(ALICE, "connected")]),
  "Alice alone, disconnected": open([peer(ALICE, "disconnected")]),
  "both connected": open([peer(ALICE, "connected"), peer(BOB, "connected")]),
  "Alice disconnected": open([peer(ALICE, "disconnected"), peer(BOB, "connected")]),
  "Bob disconnected": open([peer(ALICE, "connected"), peer(BOB, "disconnected")]),
  "Alice overdue": open([peer(ALICE, "overdue"), peer(BOB, "connected")]),
  "Bob overdue": open([peer(ALICE, "connected"), peer(BOB, "overdue")]),
  "both disconnected": open([peer(ALICE, "disconnected"), peer(BOB, "disconnected")]),
  "both overdue": open([peer(ALICE, "overdue"), peer(BOB, "overdue")]),
  "both disconnected, idle for too long": open(
    [peer(ALICE, "disconnected"), peer(BOB, "disconnected")],
    LIMITS.idleMs + 1,
  ),
  "overdue and idle for too long": open([peer(ALICE, "overdue"), peer(BOB, "expired")], LIMITS.idleMs),
  "almost idle for too long": open([peer(ALICE, "expired"), peer(BOB, "expired")], LIMITS.idleMs - 1),
  "Alice left": open([peer(ALICE, "left"), peer(BOB, "connected")]),
  "Bob left": open([peer(ALICE, "connected"), peer(BOB, "left")]),
  "Bob left, Alice disconnected": open([peer(ALICE, "disconnected"), peer(BOB, "left")]),
  "Bob expired": open([peer(ALICE, "connected"), peer(BOB, "expired")]),
  "both expired": open([peer(ALICE, "expired"), peer(BOB, "expired")]),
  "Alice just joined": open([unconfirmed(peer(ALICE, "connected"), CONFIRM_MS - 1), peer(BOB, "connected")]),
  "Alice never heard": open([unconfirmed(peer(ALICE, "connected"), CONFIRM_MS), peer(BOB, "connected")]),
  "Alice lost her answer": open([unconfirmed(peer(ALICE, "disconnected"), 0), peer(BOB, "connected")]),
  "Alice alone lost her answer": open([unconfirmed(peer(ALICE, "disconnected"), 0)]),
  "both lost their answers": open([
    unconfirmed(peer(ALICE, "disconnected"), 1),
    unconfirmed(peer(BOB, "disconnected"), 0),
  ]),
  "ended by leaving": ended("left", [peer(ALICE, "left"), peer(BOB, "left")]),
  "ended by the API": ended("terminated", [peer(ALICE, "expired"), peer(BOB, "expired")]),
  "ended by idleness": ended("idle", [peer(ALICE, "expired"), peer(BOB, "expired")]),
} satisfies Record<string, Call>;

/** What happens to Alice, or, for `join`, to Carol. */
const EVENTS = {
  join: { type: "join", peerId: CAROL, ownerNode: THERE },
  reconnect: { type: "reconnect", peerId: ALICE, ownerNode: THERE },
  rejoin: { type: "rejoin", peerId: ALICE, ownerNode: THERE, isSameAttempt: true },
  leave: { type: "leave", peerId: ALICE, epoch: epoch(1) },
  disconnect: { type: "disconnect", peerId: ALICE, epoch: epoch(1) },
  withdraw: { type: "withdraw", peerId: ALICE, epoch: epoch(1) },
  settle: { type: "settle" },
  terminate: { type: "terminate" },
} satisfies { [N in CallEventName]: Extract<CallEvent, { type: N }> };

// `A+ B~2? idle`: Alice connected, Bob disconnected under his second claim and unconfirmed, nobody connected.
// + connected, ~ disconnected, - left, x expired. After the bar: who hears what. After the arrow: what became a fact.
const TABLE: Record<keyof typeof STATES, Record<CallEventName, string>> = {
  empty: {
    join: "C+? => joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "ended terminated => ended terminated",
  },
  "empty for too long": {
    join: "C+? => joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "ended idle => ended idle",
    terminate: "ended terminated => ended terminated",
  },
  "Alice alone": {
    join: "A+ C+? | A: peer_joined C => joined C",
    reconnect: "A+2 => reconnected A",
    rejoin: "A+2? => reconnected A",
    leave: "A- idle => left A left",
    disconnect: "A~ idle => disconnected A",
    withdraw: "Ax idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax ended terminated => left A terminated, ended terminated",
  },
  "Alice alone, disconnected": {
    join: "A~ C+? => joined C",
    reconnect: "A+2 => reconnected A",
    rejoin: "A+2? => reconnected A",
    leave: "A- idle => left A left",
    disconnect: "stale",
    withdraw: "Ax idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax ended terminated => left A terminated, ended terminated",
  },
  "both connected": {
    join: "call_full",
    reconnect: "A+2 B+ | B: peer_reconnected A => reconnected A",
    rejoin: "A+2? B+ | B: peer_reconnected A => reconnected A",
    leave: "A- B+ | B: peer_left A left => left A left",
    disconnect: "A~ B+ | B: peer_left A disconnected => disconnected A",
    withdraw: "Ax B+ | B: peer_left A expired => left A withdrawn",
    settle: "stale",
    terminate: "Ax Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Alice disconnected": {
    join: "call_full",
    reconnect: "A+2 B+ | B: peer_reconnected A => reconnected A",
    rejoin: "A+2? B+ | B: peer_reconnected A => reconnected A",
    leave: "A- B+ | B: peer_left A left => left A left",
    disconnect: "stale",
    withdraw: "Ax B+ | B: peer_left A expired => left A withdrawn",
    settle: "stale",
    terminate: "Ax Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Bob disconnected": {
    join: "call_full",
    reconnect: "A+2 B~ => reconnected A",
    rejoin: "A+2? B~ => reconnected A",
    leave: "A- B~ idle => left A left",
    disconnect: "A~ B~ idle => disconnected A",
    withdraw: "Ax B~ idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Alice overdue": {
    join: "Ax B+ C+? | B: peer_left A expired, peer_joined C => left A expired, joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "Ax B+ | B: peer_left A expired => left A expired",
    terminate: "Ax Bx ended terminated => left A expired, left B terminated, ended terminated",
  },
  "Bob overdue": {
    join: "A+ Bx C+? | A: peer_left B expired, peer_joined C => left B expired, joined C",
    reconnect: "A+2 Bx => left B expired, reconnected A",
    rejoin: "A+2? Bx => left B expired, reconnected A",
    leave: "A- Bx ended left => left B expired, left A left, ended left",
    disconnect: "A~ Bx idle => left B expired, disconnected A",
    withdraw: "Ax Bx idle => left B expired, left A withdrawn",
    settle: "A+ Bx | A: peer_left B expired => left B expired",
    terminate: "Ax Bx ended terminated => left B expired, left A terminated, ended terminated",
  },
  "both disconnected": {
    join: "call_full",
    reconnect: "A+2 B~ => reconnected A",
    rejoin: "A+2? B~ => reconnected A",
    leave: "A- B~ idle => left A left",
    disconnect: "stale",
    withdraw: "Ax B~ idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "both overdue": {
    join: "Ax Bx C+? => left A expired, left B expired, joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "Ax Bx idle => left A expired, left B expired",
    terminate: "Ax Bx ended terminated => left A expired, left B expired, ended terminated",
  },
  "both disconnected, idle for too long": {
    join: "call_full",
    reconnect: "A+2 B~ => reconnected A",
    rejoin: "A+2? B~ => reconnected A",
    leave: "A- B~ idle => left A left",
    disconnect: "stale",
    withdraw: "Ax B~ idle => left A withdrawn",
    settle: "Ax Bx ended idle => left A idle, left B idle, ended idle",
    terminate: "Ax Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "overdue and idle for too long": {
    join: "Ax Bx C+? => left A expired, joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "Ax Bx ended idle => left A expired, ended idle",
    terminate: "Ax Bx ended terminated => left A expired, ended terminated",
  },
  "almost idle for too long": {
    join: "Ax Bx C+? => joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "Ax Bx ended terminated => ended terminated",
  },
  "Alice left": {
    join: "A- B+ C+? | B: peer_joined C => joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "A- Bx ended terminated => left B terminated, ended terminated",
  },
  "Bob left": {
    join: "A+ B- C+? | A: peer_joined C => joined C",
    reconnect: "A+2 B- => reconnected A",
    rejoin: "A+2? B- => reconnected A",
    leave: "A- B- ended left => left A left, ended left",
    disconnect: "A~ B- idle => disconnected A",
    withdraw: "Ax B- idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax B- ended terminated => left A terminated, ended terminated",
  },
  "Bob left, Alice disconnected": {
    join: "A~ B- C+? => joined C",
    reconnect: "A+2 B- => reconnected A",
    rejoin: "A+2? B- => reconnected A",
    leave: "A- B- ended left => left A left, ended left",
    disconnect: "stale",
    withdraw: "Ax B- idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax B- ended terminated => left A terminated, ended terminated",
  },
  "Bob expired": {
    join: "A+ Bx C+? | A: peer_joined C => joined C",
    reconnect: "A+2 Bx => reconnected A",
    rejoin: "A+2? Bx => reconnected A",
    leave: "A- Bx ended left => left A left, ended left",
    disconnect: "A~ Bx idle => disconnected A",
    withdraw: "Ax Bx idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax Bx ended terminated => left A terminated, ended terminated",
  },
  "both expired": {
    join: "Ax Bx C+? => joined C",
    reconnect: "invalid_reconnect",
    rejoin: "invalid_token",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "Ax Bx ended terminated => ended terminated",
  },
  "Alice just joined": {
    join: "call_full",
    reconnect: "A+2 B+ | B: peer_reconnected A => reconnected A",
    rejoin: "A+2? B+ | B: peer_reconnected A => reconnected A",
    leave: "A-? B+ | B: peer_left A left => left A left",
    disconnect: "A~? B+ | B: peer_left A disconnected => disconnected A",
    withdraw: "Ax? B+ | B: peer_left A expired => left A withdrawn",
    settle: "stale",
    terminate: "Ax? Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Alice never heard": {
    join: "Ax? B+ C+? | B: peer_left A expired, peer_joined C => left A expired, joined C",
    reconnect: "A+2 B+ | B: peer_reconnected A => reconnected A",
    rejoin: "A+2? B+ | B: peer_reconnected A => reconnected A",
    leave: "A-? B+ | B: peer_left A left => left A left",
    disconnect: "A~? B+ | B: peer_left A disconnected => disconnected A",
    withdraw: "Ax? B+ | B: peer_left A expired => left A withdrawn",
    settle: "stale",
    terminate: "Ax? Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Alice lost her answer": {
    join: "Ax? B+ C+? | B: peer_left A expired, peer_joined C => left A expired, joined C",
    reconnect: "A+2 B+ | B: peer_reconnected A => reconnected A",
    rejoin: "A+2? B+ | B: peer_reconnected A => reconnected A",
    leave: "A-? B+ | B: peer_left A left => left A left",
    disconnect: "stale",
    withdraw: "Ax? B+ | B: peer_left A expired => left A withdrawn",
    settle: "stale",
    terminate: "Ax? Bx ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "Alice alone lost her answer": {
    join: "A~? C+? => joined C",
    reconnect: "A+2 => reconnected A",
    rejoin: "A+2? => reconnected A",
    leave: "A-? idle => left A left",
    disconnect: "stale",
    withdraw: "Ax? idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax? ended terminated => left A terminated, ended terminated",
  },
  "both lost their answers": {
    join: "Ax? B~? C+? => left A expired, joined C",
    reconnect: "A+2 B~? => reconnected A",
    rejoin: "A+2? B~? => reconnected A",
    leave: "A-? B~? idle => left A left",
    disconnect: "stale",
    withdraw: "Ax? B~? idle => left A withdrawn",
    settle: "stale",
    terminate: "Ax? Bx? ended terminated => left A terminated, left B terminated, ended terminated",
  },
  "ended by leaving": {
    join: "call_terminated",
    reconnect: "call_terminated",
    rejoin: "call_terminated",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "stale",
  },
  "ended by the API": {
    join: "call_terminated",
    reconnect: "call_terminated",
    rejoin: "call_terminated",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "stale",
  },
  "ended by idleness": {
    join: "call_terminated",
    reconnect: "call_terminated",
    rejoin: "call_terminated",
    leave: "stale",
    disconnect: "stale",
    withdraw: "stale",
    settle: "stale",
    terminate: "stale",
  },
};

const stateNames = Object.keys(STATES) as (keyof typeof STATES)[];
const eventNames = Object.keys(EVENTS) as CallEventName[];

function describeStep(done: Step): string {
  if (done.outcome !== "done") return done.outcome === "refused" ? done.code : "stale";
  const heard = done.notify.map(
    ({ to, events }) => `${to.peerId.charAt("peer_".length)}: ${events.map(describePeerEvent).join(", ")}`,
  );
  return `${[describeCall(done.call), ...heard].join(" | ")} => ${done.facts.map(describeFact).join(", ")}`;
}

describe.each(stateNames)("%s", (name) => {
  const call: Call = deepFreeze(STATES[name]);

  test("keeps the rules, before any event", () => {
    expect(brokenRules(call)).toEqual([]);
  });

  test.each(eventNames.map((event) => [event, TABLE[name][event]] as const))("%s → %s", (event, expected) => {
    const done = step(call, EVENTS[event], NOW, LIMITS);
    expect(describeStep(done)).toBe(expected);
    if (done.outcome !== "done") return;
    expect(brokenRules(done.call)).toEqual([]);
    expect(done.call).toMatchObject({ version: call.version + 1, updatedAt: NOW, createdAt: call.createdAt });
    for (const after of done.call.peers) {
      const earlier = call.peers.find(({ peerId }) => peerId === after.peerId);
      // The store writes those that are not the same object.
      if (earlier && describeCall(open([earlier])) === describeCall(open([after]))) expect(after).toBe(earlier);
      else expect(after.updatedAt).toBe(NOW);
    }
  });

  const isOver = call.state === "tombstoned";
  test.each<[string, CallEvent, string]>([
    [
      "reconnect of a stranger",
      { ...EVENTS.reconnect, peerId: STRANGER },
      isOver ? "call_terminated" : "invalid_reconnect",
    ],
    ["rejoin of a stranger", { ...EVENTS.rejoin, peerId: STRANGER }, isOver ? "call_terminated" : "invalid_token"],
    ["leave of a stranger", { ...EVENTS.leave, peerId: STRANGER }, "stale"],
    ["disconnect of a stranger", { ...EVENTS.disconnect, peerId: STRANGER }, "stale"],
    ["withdraw of a stranger", { ...EVENTS.withdraw, peerId: STRANGER }, "stale"],
    ["leave under an old claim", { ...EVENTS.leave, epoch: epoch(0) }, "stale"],
    ["disconnect under an old claim", { ...EVENTS.disconnect, epoch: epoch(0) }, "stale"],
    ["withdraw under an old claim", { ...EVENTS.withdraw, epoch: epoch(0) }, "stale"],
    ["leave under a claim to come", { ...EVENTS.leave, epoch: epoch(2) }, "stale"],
  ])("%s changes nothing, not even what is overdue", (_name, event, expected) => {
    expect(describeStep(step(call, event, NOW, LIMITS))).toBe(expected);
  });
});

test("without the attempt that it was first used for, a token is used again only by who lost the answer", () => {
  const states = ["Alice alone", "Alice disconnected", "Alice just joined", "Alice never heard", "Alice left"] as const;
  const event = { ...EVENTS.rejoin, isSameAttempt: false };
  for (const name of states) expect(describeStep(step(STATES[name], event, NOW, LIMITS))).toBe("invalid_token");
  expect(describeStep(step(STATES["Alice lost her answer"], event, NOW, LIMITS))).toBe(
    TABLE["Alice lost her answer"].rejoin,
  );
});

test("who leaves after a lost attempt of their own does not end the call for those who are still to come", () => {
  let call: Call = open([]);
  const events: CallEvent[] = [
    { ...EVENTS.join, peerId: ALICE },
    { ...EVENTS.disconnect, peerId: ALICE },
    EVENTS.join,
    { ...EVENTS.withdraw, peerId: ALICE },
    { ...EVENTS.leave, peerId: CAROL },
  ];
  for (const event of events) {
    const done = step(call, event, NOW, LIMITS);
    if (done.outcome === "done") call = done.call;
  }
  expect(describeCall(call)).toBe("Ax? C-? idle");
});
