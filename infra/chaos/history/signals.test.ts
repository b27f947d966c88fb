import { describe, expect, test } from "vitest";
import { checkSignals } from "./signals.ts";
import { Story } from "./story.fixture.ts";

const story = (): Story => new Story();

describe("a history holds in which", () => {
  test.each([
    ["nothing is sent", story()],
    ["all signals arrive in order", story().sends(0, 1, 2).arrive(0, 1, 2)],
    ["the sender is told of the one that does not arrive", story().sends(0, 1, 2).arrive(0).refused(1).arrive(2)],
    ["a refused signal arrives late", story().sends(0, 1).refused(0).arrive(1, 0)],
    ["a refused signal arrives all the same", story().sends(0).refused(0).arrive(0)],
    ["what the SDK could not keep is known to be lost", story().sends(0, 1).of("alice", { type: "overflowed" })],
    ["a signal is lost, and both sides negotiate again", story().sends(0, 1).arrive(0).bobReconnects()],
    [
      "a signal is lost between others, at a reconnection",
      story().sends(0, 1).arrive(0).bobReconnects().sends(2).arrive(2),
    ],
    [
      "the sender hears of the reconnection later than the next arrives",
      story().sends(0, 1).bobIsBack().arrive(1).aliceHears(),
    ],
    ["one is stored twice, as after a lost COMMIT", story().sends(0, 1).bobReconnects().arrive(0, 0, 1)],
    ["what may not have arrived arrives again", story().sends(0, 1, 2).arrive(0, 1).bobReconnects().arrive(0, 1, 2)],
  ])("%s", (_what, { history }) => expect(checkSignals(history)).toEqual([]));
});

describe("a history is broken in which", () => {
  test.each([
    ["a signal is lost in silence", story().sends(0, 1).arrive(0), "delivery", "signal 1 from alice to bob was lost"],
    ["the first one is lost", story().sends(0, 1).arrive(1), "delivery", "signal 0 from alice to bob"],
    ["only the receiver negotiates again", story().sends(0).bobIsBack(), "delivery", "signal 0"],
    ["only the sender negotiates again", story().sends(0).aliceHears(), "delivery", "signal 0"],
    ["both negotiated again, but before it was sent", story().bobReconnects().sends(0), "delivery", "signal 0"],
    [
      "a signal is lost between others, and the reconnection came later",
      story().sends(0, 1, 2).arrive(0, 2).bobReconnects(),
      "delivery",
      "signal 1 from alice to bob is missing between others",
    ],
    ["the SDK overflowed before", story().of("alice", { type: "overflowed" }).sends(0), "delivery", "signal 0"],
    ["another signal was refused", story().sends(0, 1).refused(1), "delivery", "signal 0"],
    [
      "the receiver was refused a signal of that number",
      story().sends(0).of("bob", { type: "refused", number: 0, code: "x" }),
      "delivery",
      "signal 0",
    ],
    ["two are swapped", story().sends(0, 1, 2).arrive(0, 2, 1), "order", "signal 1 from alice to bob arrived after 2"],
    ["two are swapped at a reconnection", story().sends(0, 1).bobReconnects().arrive(1, 0), "order", "signal 0"],
    [
      "one arrives twice, and was sent after the reconnection",
      story().bobReconnects().sends(0).arrive(0, 0),
      "order",
      "signal 0",
    ],
    ["one arrives twice", story().sends(0, 1).arrive(0, 1, 1), "order", "signal 1 from alice to bob arrived 2 times"],
    [
      "one arrives a fourth time without another reconnection",
      story().sends(0).arrive(0).bobReconnects().arrive(0, 0, 0),
      "order",
      "signal 0 from alice to bob arrived 4 times",
    ],
    [
      "one comes from another call",
      story().sends(0).arrive(0).arrives({ call: "d" }),
      "isolation",
      "bob of c got signal 0 of alice in d",
    ],
    ["one comes from another project", story().sends(0).arrive(0).arrives({ project: "q" }), "isolation", "bob"],
    ["one comes from a stranger", story().arrives({ from: "mallory" }), "isolation", "signal 0 of mallory"],
    [
      "one comes back to its sender",
      story()
        .sends(0)
        .arrive(0)
        .of("alice", { type: "received", mark: { project: "p", call: "c", from: "alice", number: 0 } }),
      "isolation",
      "alice",
    ],
    ["one was never sent", story().sends(0).arrive(0, 1), "isolation", "bob got signal 1, which alice never sent"],
  ])("%s", (_what, { history }, invariant, what) => {
    const violations = checkSignals(history);
    expect(violations.map((found) => found.invariant)).toContain(invariant);
    expect(violations.map((found) => found.what).join()).toContain(what);
  });
});

test("each direction is judged by itself", () => {
  const { history } = story().sends(0, 1).arrive(0, 1).of("bob", { type: "sent", number: 0 });
  expect(checkSignals(history)).toEqual([
    { invariant: "delivery", what: "signal 0 from bob to alice was lost in silence" },
  ]);
});
