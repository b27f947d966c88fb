import { describe, expect, test } from "vitest";
import { type DeviceEvent, type DeviceState, type DeviceStep, stepDevice } from "./device-state.ts";

type State = DeviceState<string>;
type Event = DeviceEvent<string>;
type Step = DeviceStep<string>;

const OFF: State = { is: "off" };
const OPENING: State = { is: "opening", attempt: 1 };
const LIVE: State = { is: "live", track: "old" };
const FAILED: State = { is: "failed", problem: "in_use" };
const STATES: Record<State["is"], State> = { off: OFF, opening: OPENING, live: LIVE, failed: FAILED };

const EVENTS: Record<Event["type"], Event> = {
  switch_on: { type: "switch_on", attempt: 2 },
  switch_off: { type: "switch_off" },
  select: { type: "select", attempt: 2 },
  opened: { type: "opened", attempt: 1, track: "new" },
  refused: { type: "refused", attempt: 1, problem: "not_found" },
  ended: { type: "ended", track: "old" },
};

const AGAIN: Step = { state: { is: "opening", attempt: 2 }, open: 2 };

const EXPECTED: Record<State["is"], Record<Event["type"], Step>> = {
  off: {
    switch_on: AGAIN,
    switch_off: { state: OFF },
    select: { state: OFF },
    opened: { state: OFF, release: "new" },
    refused: { state: OFF },
    ended: { state: OFF },
  },
  opening: {
    switch_on: { state: OPENING },
    switch_off: { state: OFF },
    select: AGAIN,
    opened: { state: { is: "live", track: "new" } },
    refused: { state: { is: "failed", problem: "not_found" } },
    ended: { state: OPENING },
  },
  live: {
    switch_on: { state: LIVE },
    switch_off: { state: OFF, release: "old" },
    select: { ...AGAIN, release: "old" },
    opened: { state: LIVE, release: "new" },
    refused: { state: LIVE },
    ended: { state: { is: "failed", problem: "ended" } },
  },
  failed: {
    switch_on: AGAIN,
    switch_off: { state: OFF },
    select: AGAIN,
    opened: { state: FAILED, release: "new" },
    refused: { state: FAILED },
    ended: { state: FAILED },
  },
};

describe.each(Object.keys(STATES) as State["is"][])("a device that is %s", (name) => {
  test.each(Object.keys(EVENTS) as Event["type"][])("at %s", (type) => {
    expect(stepDevice(STATES[name], EVENTS[type])).toEqual(EXPECTED[name][type]);
  });
});

test("a track of a superseded attempt is released, and its refusal ignored", () => {
  const state: State = { is: "opening", attempt: 3 };
  expect(stepDevice(state, { type: "opened", attempt: 2, track: "late" })).toEqual({ state, release: "late" });
  expect(stepDevice(state, { type: "refused", attempt: 2, problem: "in_use" })).toEqual({ state });
});

test("the end of an earlier track does not affect the current one", () => {
  expect(stepDevice(LIVE, { type: "ended", track: "earlier" })).toEqual({ state: LIVE });
});

test("in any order of events each track is held or released exactly once", () => {
  // A linear congruential generator (Numerical Recipes), so that a failure can be repeated.
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let state: State = OFF;
  const pending: number[] = [];
  const opened = new Set<string>();
  const released: string[] = [];
  for (let attempt = 1; attempt < 20_000; attempt++) {
    const answered = pending[0];
    const choices: Event[] = [{ type: "switch_on", attempt }, { type: "switch_off" }, { type: "select", attempt }];
    if (answered !== undefined) {
      choices.push({ type: "opened", attempt: answered, track: `t${answered}` });
      choices.push({ type: "refused", attempt: answered, problem: "in_use" });
    }
    const event = choices[random(choices.length)] ?? { type: "switch_off" };
    if (event.type === "opened" || event.type === "refused") pending.shift();
    if (event.type === "opened") opened.add(event.track);
    const step: Step = stepDevice(state, event);
    state = step.state;
    if (step.open !== undefined) pending.push(step.open);
    if (step.release !== undefined) released.push(step.release);
    const held = state.is === "live" ? [state.track] : [];
    expect(new Set([...released, ...held]).size).toBe(released.length + held.length);
    expect(released.length + held.length).toBe(opened.size);
  }
  expect(released.length).toBeGreaterThan(1_000);
});
