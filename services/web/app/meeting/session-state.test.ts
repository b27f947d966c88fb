import { describe, expect, test } from "vitest";
import { type SessionEvent, type SessionState, type SessionStep, stepSession } from "./session-state.ts";

type State = SessionState<string>;
type Event = SessionEvent<string>;
type Step = SessionStep<string>;

const LOBBY: State = { name: "lobby", isJoining: false, problem: null };
const STATES = {
  opening: { name: "opening" },
  entering: { name: "entering", entrance: "seat" },
  lobby: LOBBY,
  joined: { name: "joined", meeting: "m1" },
  ended: { name: "ended", reason: "left" },
} as const satisfies Record<State["name"], State>;

const EVENTS: Record<Event["type"], Event> = {
  opened: { type: "opened", isSupported: true, entrance: undefined },
  devices_started: { type: "devices_started", hasProblems: false },
  join_pressed: { type: "join_pressed", entrance: "kept_token" },
  entered: { type: "entered", meeting: "m2" },
  refused: { type: "refused", refusal: { problem: "No.", losesSeat: false } },
  meeting_ended: { type: "meeting_ended", reason: "ended" },
  leave_pressed: { type: "leave_pressed" },
  again_pressed: { type: "again_pressed", hasSeat: false },
  view_closed: { type: "view_closed" },
};

const stays = (name: State["name"]): Step => ({ state: STATES[name], commands: [] });
const TO_LOBBY: Step = { state: LOBBY, commands: [{ do: "start_devices" }, { do: "prepare" }] };
const JOINED: Step = { state: { name: "joined", meeting: "m2" }, commands: [] };
const REFUSED: Step = { state: { ...LOBBY, problem: "No." }, commands: [] };
const STOP = [{ do: "stop_devices" }, { do: "forget_seat" }] as const;
const LEFT: Step = { state: { name: "ended", reason: "left" }, commands: STOP };
const ENDED: Step = { state: { name: "ended", reason: "ended" }, commands: STOP };
const leaving = (meeting: string) => ({ do: "leave", meeting }) as const;

const EXPECTED: Record<State["name"], Record<Event["type"], Step>> = {
  opening: {
    opened: TO_LOBBY,
    devices_started: stays("opening"),
    join_pressed: stays("opening"),
    entered: JOINED,
    refused: REFUSED,
    meeting_ended: ENDED,
    leave_pressed: stays("opening"),
    again_pressed: stays("opening"),
    view_closed: LEFT,
  },
  entering: {
    opened: stays("entering"),
    devices_started: { state: STATES.entering, commands: [{ do: "enter", entrance: "seat" }] },
    join_pressed: stays("entering"),
    entered: JOINED,
    refused: REFUSED,
    meeting_ended: ENDED,
    leave_pressed: stays("entering"),
    again_pressed: stays("entering"),
    view_closed: LEFT,
  },
  lobby: {
    opened: stays("lobby"),
    devices_started: stays("lobby"),
    join_pressed: {
      state: { ...LOBBY, isJoining: true },
      commands: [{ do: "accept_problems" }, { do: "enter", entrance: "kept_token" }],
    },
    entered: JOINED,
    refused: REFUSED,
    meeting_ended: ENDED,
    leave_pressed: stays("lobby"),
    again_pressed: stays("lobby"),
    view_closed: LEFT,
  },
  joined: {
    opened: stays("joined"),
    devices_started: stays("joined"),
    join_pressed: stays("joined"),
    entered: { state: STATES.joined, commands: [leaving("m2")] },
    refused: stays("joined"),
    meeting_ended: { ...ENDED, commands: [{ do: "dispose", meeting: "m1" }, ...STOP] },
    leave_pressed: { ...LEFT, commands: [leaving("m1"), ...STOP] },
    again_pressed: stays("joined"),
    view_closed: { ...LEFT, commands: [leaving("m1"), ...STOP] },
  },
  ended: {
    opened: stays("ended"),
    devices_started: stays("ended"),
    join_pressed: stays("ended"),
    entered: { state: STATES.ended, commands: [leaving("m2")] },
    refused: stays("ended"),
    meeting_ended: stays("ended"),
    leave_pressed: stays("ended"),
    again_pressed: TO_LOBBY,
    view_closed: stays("ended"),
  },
};

describe.each(Object.keys(STATES) as State["name"][])("while %s", (name) => {
  test.each(Object.keys(EVENTS) as Event["type"][])("%s", (type) => {
    expect(stepSession(STATES[name], EVENTS[type])).toEqual(EXPECTED[name][type]);
  });
});

/** Takes a view through events, and lists its commands, one line each. */
function view() {
  let state: State = { name: "opening" };
  const done: string[] = [];
  return {
    done,
    get state() {
      return state;
    },
    on(event: Event) {
      const step = stepSession(state, event);
      state = step.state;
      done.push(...step.commands.map((command) => Object.values(command).join(" ")));
      return state;
    },
  };
}

test("the one who started a meeting goes straight in", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: "kept_token" });
  page.on({ type: "devices_started", hasProblems: false });
  page.on({ type: "entered", meeting: "m" });
  expect(page.done).toEqual(["start_devices", "enter kept_token"]);
  expect(page.state).toEqual({ name: "joined", meeting: "m" });
});

test("with a device problem they get the lobby, and the token is kept", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: "kept_token" });
  expect(page.on({ type: "devices_started", hasProblems: true })).toEqual(LOBBY);
  expect(page.done).toEqual(["start_devices"]);
});

test("a reloaded page goes back in, even with a device problem", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: "seat" });
  page.on({ type: "devices_started", hasProblems: true });
  expect(page.done).toEqual(["start_devices", "enter seat"]);
});

test("a seat that is not accepted is forgotten, and the lobby says why", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: "seat" });
  page.on({ type: "refused", refusal: { problem: "No.", losesSeat: true } });
  expect(page.state).toEqual({ ...LOBBY, problem: "No." });
  expect(page.done.at(-1)).toBe("forget_seat");
});

test("pressing join twice joins once, and a failed attempt can be repeated", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: undefined });
  page.on({ type: "join_pressed", entrance: "new_token" });
  page.on({ type: "join_pressed", entrance: "new_token" });
  expect(page.done.filter((line) => line.startsWith("enter"))).toHaveLength(1);
  page.on({ type: "refused", refusal: { problem: "No network.", losesSeat: false } });
  expect(page.state).toEqual({ ...LOBBY, problem: "No network." });
  page.on({ type: "join_pressed", entrance: "new_token" });
  expect(page.done.filter((line) => line.startsWith("enter"))).toHaveLength(2);
});

test("a meeting that cannot be joined ends the view", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: undefined });
  page.on({ type: "refused", refusal: { reason: "full" } });
  expect(page.state).toEqual({ name: "ended", reason: "full" });
  expect(page.done).toContain("stop_devices");
});

test("a browser without WebRTC opens no device", () => {
  const page = view();
  page.on({ type: "opened", isSupported: false, entrance: "seat" });
  expect(page.state).toEqual({ name: "ended", reason: "unsupported" });
  expect(page.done).toEqual([]);
});

test("when another tab takes the seat, this one can take it back", () => {
  const page = view();
  page.on({ type: "entered", meeting: "m" });
  page.on({ type: "meeting_ended", reason: "elsewhere" });
  expect(page.done).toEqual(["dispose m", "stop_devices"]);
  page.on({ type: "again_pressed", hasSeat: true });
  expect(page.state).toEqual({ name: "entering", entrance: "seat" });
});

test("a user who leaves before the platform answers gives the seat back then", () => {
  const page = view();
  page.on({ type: "opened", isSupported: true, entrance: "seat" });
  page.on({ type: "view_closed" });
  page.on({ type: "entered", meeting: "late" });
  expect(page.done.at(-1)).toBe("leave late");
});

test("in any order of events each meeting is shown, left or disposed of exactly once", () => {
  // A linear congruential generator (Numerical Recipes), so that a failure can be repeated.
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const page = view();
  const entered: string[] = [];
  const all = Object.values(EVENTS);
  for (let at = 0; at < 20_000; at++) {
    const event = all[random(all.length)] ?? EVENTS.opened;
    if (event.type === "entered") entered.push(`m${at}`);
    page.on(event.type === "entered" ? { ...event, meeting: `m${at}` } : event);
    const shown = page.state.name === "joined" ? [page.state.meeting] : [];
    const freed = page.done.flatMap((line) => /^(?:leave|dispose) (.*)/.exec(line)?.[1] ?? []);
    if (at % 500 === 0) expect([...freed, ...shown].toSorted()).toEqual(entered.toSorted());
  }
  expect(entered.length).toBeGreaterThan(1_000);
});
