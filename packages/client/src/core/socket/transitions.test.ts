import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RadistError } from "../errors.ts";
import { type SocketEffect, type SocketEvents, type SocketPhase, socketStateIn } from "./socket-phase.ts";
import {
  ANSWER_MS,
  ATTEMPT_MS,
  type EventName,
  JOIN_MS,
  PROBE_MS,
  SILENCE_MS,
  STABLE_MS,
  transition,
} from "./transitions.ts";

type Ending = { readonly reason: "left" | "refused" };
type Effect = SocketEffect<Ending>;
type PhaseName = SocketPhase["name"];

const JOIN_BY = JOIN_MS;
const refusal = new RadistError("unavailable");
const LEFT: Ending = { reason: "left" };

const PHASES: { readonly [Name in PhaseName]: Extract<SocketPhase, { name: Name }> } = {
  idle: { name: "idle", joinBy: JOIN_BY },
  opening: { name: "opening", joinBy: undefined, failures: 2, refusal: undefined },
  joined: { name: "joined", since: 1_000, refusal: undefined, failures: 2, isProbing: false },
  waiting: { name: "waiting", joinBy: undefined, failures: 2 },
  closed: { name: "closed" },
};

const EVENTS: SocketEvents<Ending> = {
  connect: {},
  joined: { at: 5_000 },
  refused: { error: refusal },
  heard: {},
  lost: { at: 5_000, isOnline: true, verdict: "retry" },
  retryDue: {},
  silent: { canSend: true },
  unanswered: {},
  nudged: { canSend: true },
  end: { ending: LEFT },
};

/** An effect in a word or two. */
function word(effect: Effect): string {
  switch (effect.type) {
    case "stopTimer":
      return `stop ${effect.timer}`;
    case "startTimer":
      return `start ${effect.timer} ${effect.ms}`;
    case "scheduleRetry":
      return `retry after ${effect.attempt}`;
    case "close":
      return `close ${effect.socket} ${effect.code ?? ""}`.trim();
    case "reportEnd":
      return `end ${effect.ending.reason}`;
    default:
      return effect.type;
  }
}

const OPEN = ["stopTimers", `start attempt ${ATTEMPT_MS}`, "open", "reportState"];
const REOPEN = ["stopTimers", "close current 1000", `start attempt ${ATTEMPT_MS}`, "open", "reportState"];
const DEMOTE = ["stopTimers", "demote", `start attempt ${ATTEMPT_MS}`, "open", "reportState"];
const JOIN = ["stop attempt", `start silence ${SILENCE_MS}`, "close previous 1000", "reportState", "resolveJoins"];
const RETRY = ["stopTimers", "close current", "retry after 2", "reportState"];
const CLOSE = ["stopTimers", "close current 1000", "close previous 1000", "reportState", "end left"];

type Row = readonly [next: PhaseName, ...effects: string[]];
const STAYS = "stays";

const EXPECTED: { readonly [Phase in PhaseName]: { readonly [Event in EventName]: Row | typeof STAYS } } = {
  idle: {
    connect: ["opening", ...OPEN],
    joined: STAYS,
    refused: STAYS,
    heard: STAYS,
    lost: STAYS,
    retryDue: STAYS,
    silent: STAYS,
    unanswered: STAYS,
    nudged: STAYS,
    end: ["closed", ...CLOSE],
  },
  opening: {
    connect: ["opening", ...REOPEN],
    joined: ["joined", ...JOIN],
    refused: ["opening"],
    heard: STAYS,
    lost: ["waiting", ...RETRY],
    retryDue: STAYS,
    silent: STAYS,
    unanswered: STAYS,
    nudged: STAYS,
    end: ["closed", ...CLOSE],
  },
  joined: {
    connect: ["opening", ...DEMOTE],
    joined: ["joined", ...JOIN],
    refused: ["joined"],
    heard: ["joined", "stop probe", `start silence ${SILENCE_MS}`],
    lost: ["waiting", ...RETRY],
    retryDue: STAYS,
    silent: ["joined", "probe", `start probe ${ANSWER_MS}`],
    unanswered: ["opening", ...DEMOTE],
    nudged: ["joined", "probe", `start probe ${PROBE_MS}`],
    end: ["closed", ...CLOSE],
  },
  waiting: {
    connect: ["opening", ...OPEN],
    joined: STAYS,
    refused: STAYS,
    heard: STAYS,
    lost: STAYS,
    retryDue: ["opening", ...OPEN],
    silent: STAYS,
    unanswered: STAYS,
    nudged: ["opening", ...OPEN],
    end: ["closed", ...CLOSE],
  },
  closed: {
    connect: STAYS,
    joined: STAYS,
    refused: STAYS,
    heard: STAYS,
    lost: STAYS,
    retryDue: STAYS,
    silent: STAYS,
    unanswered: STAYS,
    nudged: STAYS,
    end: STAYS,
  },
};

function after<Event extends EventName>(
  phase: SocketPhase,
  name: Event,
  changes: Partial<SocketEvents<Ending>[Event]> = {},
) {
  const { next, effects } = transition<Event, Ending>(phase, name, { ...EVENTS[name], ...changes });
  return { next, effects: effects.map(word) };
}

const names = <Key extends string>(table: Readonly<Record<Key, unknown>>) => Object.keys(table) as Key[];

describe.each(names(EXPECTED))("%s", (phase) => {
  test.each(names(EXPECTED[phase]))("%s", (event) => {
    const expected = EXPECTED[phase][event];
    const { next, effects } = after(PHASES[phase], event);
    if (expected === STAYS) {
      expect(next).toBe(PHASES[phase]);
      expect(effects).toEqual([]);
    } else expect([next.name, ...effects]).toEqual(expected);
  });
});

describe("a socket that is lost", () => {
  const firstJoin = { ...PHASES.opening, joinBy: JOIN_BY };

  test("ends the connection when the platform's verdict is final", () => {
    for (const phase of [PHASES.opening, PHASES.joined]) {
      const { next, effects } = after(phase, "lost", { verdict: { reason: "refused" } });
      expect([next.name, effects.at(-1)]).toEqual(["closed", "end refused"]);
    }
  });

  test.each([
    ["before", JOIN_BY, "waiting"],
    ["after", JOIN_BY + 1, "closed"],
  ])("%s the deadline of the first join", (_, at, name) => {
    expect(after(firstJoin, "lost", { at }).next.name).toBe(name);
  });

  test("has no deadline once the first join succeeded", () => {
    expect(after(PHASES.opening, "lost", { at: JOIN_BY * 100 }).next.name).toBe("waiting");
  });

  test("fails the first join with the platform's reason, or else with a network error", () => {
    const failure = (phase: SocketPhase) =>
      transition<"lost", Ending>(phase, "lost", { ...EVENTS.lost, at: JOIN_BY + 1 }).effects.at(-1);
    expect(failure(firstJoin)).toMatchObject({ ending: { reason: "failed", error: { code: "network_error" } } });
    expect(failure({ ...firstJoin, refusal })).toMatchObject({ ending: { reason: "failed", error: refusal } });
  });

  test("counts as one more failure", () => {
    expect(after(PHASES.opening, "lost").next).toMatchObject({ failures: 3 });
  });

  test.each([
    ["too short", STABLE_MS, "retry after 2", 3],
    ["long enough", STABLE_MS + 1, "retry after 0", 1],
  ])("after a life that was %s to clear the failures", (_, livedMs, effect, failures) => {
    const { next, effects } = after(PHASES.joined, "lost", { at: PHASES.joined.since + livedMs });
    expect(effects).toContain(effect);
    expect(next).toMatchObject({ failures });
  });

  test("is retried rarely while the browser is offline, and that does not count", () => {
    const { next, effects } = after(PHASES.opening, "lost", { isOnline: false });
    expect(effects).toContain("retry after Infinity");
    expect(next).toMatchObject({ failures: 2 });
  });
});

describe("a probe", () => {
  const probing = { ...PHASES.joined, isProbing: true };

  test("is not sent twice, nor when nothing can be sent", () => {
    for (const event of ["nudged", "silent"] as const) {
      expect(after(probing, event)).toEqual({ next: probing, effects: [] });
      expect(after(PHASES.joined, event, { canSend: false })).toEqual({ next: PHASES.joined, effects: [] });
    }
  });

  test("is answered by any message", () => {
    expect(after(probing, "heard").next).toEqual(PHASES.joined);
  });

  test("is over when the socket is replaced", () => {
    const { next } = after(after(probing, "unanswered").next, "joined");
    expect(next).toMatchObject({ isProbing: false });
  });
});

test("a refusal applies to one socket only", () => {
  const refused = after(PHASES.opening, "refused").next;
  expect(refused).toMatchObject({ refusal });
  expect(after(refused, "connect").next).toMatchObject({ refusal: undefined });
  expect(after(after(refused, "lost").next, "retryDue").next).toMatchObject({ refusal: undefined });
});

test.each([
  [PHASES.idle, "connecting"],
  [{ ...PHASES.opening, joinBy: JOIN_BY }, "connecting"],
  [{ ...PHASES.waiting, joinBy: JOIN_BY }, "connecting"],
  [PHASES.opening, "reconnecting"],
  [PHASES.waiting, "reconnecting"],
  [PHASES.joined, "connected"],
  [PHASES.closed, "closed"],
] as [SocketPhase, string][])("the page sees %o as %s", (phase, state) => {
  expect(socketStateIn(phase)).toBe(state);
});

/** The sockets and timers that the effects lead to, and what must hold of them. */
class World {
  phase: SocketPhase = { name: "idle", joinBy: JOIN_BY };
  current = false;
  previous = false;
  readonly timers = new Set<string>();
  readonly reported = ["connecting"];
  readonly endings: Effect[] = [];

  dispatch<Event extends EventName>(name: Event, event: SocketEvents<Ending>[Event]): void {
    const { next, effects } = transition<Event, Ending>(this.phase, name, event);
    this.phase = next;
    for (const effect of effects) this.#perform(effect);
    this.#check();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "stopTimers":
        this.timers.clear();
        return;
      case "stopTimer":
        this.timers.delete(effect.timer);
        return;
      case "startTimer":
        this.timers.add(effect.timer);
        return;
      case "scheduleRetry":
        this.timers.add("retry");
        return;
      case "open":
        expect(this.current, "no open socket is forgotten").toBe(false);
        this.current = true;
        return;
      case "demote":
        expect([this.current, this.previous], "there is one previous socket").toEqual([true, false]);
        this.current = false;
        this.previous = true;
        return;
      case "close":
        this[effect.socket] = false;
        return;
      case "probe":
        expect(this.current).toBe(true);
        return;
      case "reportState": {
        const state = socketStateIn(this.phase);
        if (state !== this.reported.at(-1)) this.reported.push(state);
        return;
      }
      case "resolveJoins":
        expect(this.phase.name).toBe("joined");
        return;
      case "reportEnd":
        this.endings.push(effect);
    }
  }

  #check(): void {
    const { phase } = this;
    expect(this.current).toBe(phase.name === "opening" || phase.name === "joined");
    expect(this.timers.has("attempt")).toBe(phase.name === "opening");
    expect(this.timers.has("retry")).toBe(phase.name === "waiting");
    if (this.timers.has("silence")) expect(phase.name).toBe("joined");
    expect(this.timers.has("probe")).toBe(phase.name === "joined" && phase.isProbing);
    if (this.previous) expect(["opening", "waiting"]).toContain(phase.name);
    expect(this.reported.at(-1)).toBe(socketStateIn(phase));
    expect(this.endings).toHaveLength(phase.name === "closed" ? 1 : 0);
  }
}

const step = fc.oneof(
  fc.constantFrom("connect", "heard", "retryDue", "unanswered").map((name) => ({ name, event: {} })),
  fc.record({ name: fc.constant("joined"), event: fc.record({ at: fc.nat(60_000) }) }),
  fc.record({ name: fc.constant("refused"), event: fc.constant({ error: refusal }) }),
  fc.record({ name: fc.constantFrom("nudged", "silent"), event: fc.record({ canSend: fc.boolean() }) }),
  fc.record({
    name: fc.constant("lost"),
    event: fc.record({
      at: fc.nat(60_000),
      isOnline: fc.boolean(),
      verdict: fc.oneof({ weight: 15, arbitrary: fc.constant("retry") }, { weight: 1, arbitrary: fc.constant(LEFT) }),
    }),
  }),
  fc.record({ name: fc.constant("end"), event: fc.constant(EVENTS.end) }),
);

/** A timer's event comes while the timer runs, a socket's while it is the current one; the driver sees to that. */
function isPossible(world: World, name: string): boolean {
  if (name === "retryDue") return world.timers.has("retry");
  if (name === "unanswered") return world.timers.has("probe");
  if (name === "silent") return world.timers.has("silence");
  if (name === "nudged") return true;
  return name === "connect" || name === "end" || world.current;
}

test("whatever happens, sockets and timers are those of the phase, and nothing is left open at the end", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const world = new World();
      for (const { name, event } of steps) {
        if (isPossible(world, name)) world.dispatch(name as EventName, event as SocketEvents<Ending>[EventName]);
      }
      world.dispatch("end", EVENTS.end);
      expect([world.current, world.previous, world.timers.size]).toEqual([false, false, 0]);
      // Once joined, the page never sees the first connection attempt again.
      const joined = world.reported.indexOf("connected");
      if (joined >= 0) expect(world.reported.indexOf("connecting", joined)).toBe(-1);
    }),
    { numRuns: 500 },
  );
});
