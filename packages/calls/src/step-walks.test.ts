import type { PeerId } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Call, holdsSeat } from "./call.ts";
import { view } from "./snapshot.ts";
import { create } from "./step.ts";
import { brokenRules, deepFreeze, epoch, NOW, open, STRANGER } from "./testing/call-states.ts";
import { type Move, moves, walk } from "./testing/call-walk.ts";
import { FactReplay } from "./testing/fact-replay.ts";
import { Observer } from "./testing/observer.ts";

// fast-check prints the seed of a failure and the shortest walk that fails; `{ seed, path }` repeats it.
const RUNS = { numRuns: 1_500 };

const claimOf = (call: Call, peerId: PeerId) => call.peers.find((peer) => peer.peerId === peerId);

describe("On any walk", () => {
  test("a call keeps its rules, and a step never touches what it was given", () => {
    fc.assert(
      fc.property(moves, (path) => {
        for (const { before, after, done } of walk(path)) {
          expect(brokenRules(after)).toEqual([]);
          expect(after.version).toBe(before.version + (done.outcome === "done" ? 1 : 0));
          if (done.outcome !== "done") expect(after).toBe(before);
          // Known peers stay known, in order; a claim never goes back; peers that are gone do not come back.
          expect(after.peers.slice(0, before.peers.length).map(({ peerId }) => peerId)).toEqual(
            before.peers.map(({ peerId }) => peerId),
          );
          for (const earlier of before.peers) {
            const now = claimOf(after, earlier.peerId);
            expect(now?.epoch).toBeGreaterThanOrEqual(earlier.epoch);
            if (!holdsSeat(earlier)) expect(now).toBe(earlier);
          }
        }
      }),
      RUNS,
    );
  });

  test("a tombstone is final: nothing changes any more, and nobody is admitted", () => {
    fc.assert(
      fc.property(moves, (path) => {
        for (const { before, event, done } of walk(path)) {
          if (before.state !== "tombstoned") continue;
          const entering = ["join", "reconnect", "rejoin"].includes(event.type);
          expect(done).toEqual(entering ? { outcome: "refused", code: "call_terminated" } : { outcome: "stale" });
        }
      }),
      RUNS,
    );
  });

  test("notifications go to peers that are and were connected, about others, and never to the one that acts", () => {
    fc.assert(
      fc.property(moves, (path) => {
        for (const { before, event, after, done } of walk(path)) {
          if (done.outcome !== "done") continue;
          for (const { to, events } of done.notify) {
            expect(events.length).toBeGreaterThan(0);
            expect(events.map(({ peerId }) => peerId)).not.toContain(to.peerId);
            expect("peerId" in event && event.peerId).not.toBe(to.peerId);
            expect(claimOf(after, to.peerId)).toBe(to);
            expect(to.status).toBe("connected");
            expect(claimOf(before, to.peerId)).toMatchObject({ status: "connected", epoch: to.epoch });
          }
        }
      }),
      RUNS,
    );
  });

  test("a peer that receives every step sees the call as it is", () => {
    fc.assert(
      fc.property(moves, (path) => {
        const observers = new Map<PeerId, Observer>();
        for (const { before, event, after, done } of walk(path)) {
          if (done.outcome !== "done") continue;
          for (const { peerId, status, epoch } of after.peers) {
            const observer = observers.get(peerId);
            if (status !== "connected") observers.delete(peerId);
            else if (observer?.epoch !== epoch) observers.set(peerId, new Observer(peerId, epoch, view(after)));
          }
          for (const { to, events } of done.notify) observers.get(to.peerId)?.hears(events, after);
          for (const observer of observers.values()) {
            expect(observer.picture, `${event.type} at ${before.version}`).toEqual(
              Observer.pictureOf(after, observer.self),
            );
          }
        }
      }),
      RUNS,
    );
  });

  test("a peer that missed steps catches up to the same picture, by events that each make sense", () => {
    fc.assert(
      fc.property(moves, fc.infiniteStream(fc.boolean()), (path, missed) => {
        const observers = new Map<PeerId, Observer>();
        for (const { after, done } of walk(path)) {
          if (done.outcome !== "done") continue;
          for (const { peerId, status, epoch } of after.peers) {
            const observer = observers.get(peerId);
            if (status !== "connected") observers.delete(peerId);
            else if (observer?.epoch !== epoch) observers.set(peerId, new Observer(peerId, epoch, view(after)));
          }
          for (const { to, events } of done.notify) {
            if (!missed.next().value) observers.get(to.peerId)?.hears(events, after);
          }
          if (after.state === "tombstoned") continue;
          for (const observer of observers.values()) {
            if (missed.next().value) continue;
            observer.catchesUp(after);
            expect(observer.picture).toEqual(Observer.pictureOf(after, observer.self));
          }
        }
      }),
      RUNS,
    );
  });

  test("the facts alone, replayed from the creation, give the call as it is after each step", () => {
    fc.assert(
      fc.property(moves, (path) => {
        const replay = new FactReplay();
        const { callId, projectId, accessControl } = open([]);
        replay.apply(create({ callId, projectId, accessControl }, NOW).facts);
        for (const { after, done } of walk(path)) {
          if (done.outcome !== "done") continue;
          replay.apply(done.facts);
          expect(replay.picture).toEqual(FactReplay.pictureOf(after));
        }
      }),
      RUNS,
    );
  });

  test("catching up at once equals receiving each step, wherever the history is cut", () => {
    fc.assert(
      fc.property(moves, fc.nat(), fc.nat(), (path, one, other) => {
        const steps = walk(path).filter(({ done }) => done.outcome === "done");
        const history = [deepFreeze(open([])), ...steps.map(({ after }) => after)];
        const [from, to] = [one % history.length, other % history.length].sort((a, b) => a - b) as [number, number];
        const known: CallView = view(history[from] as Call);
        const outsider = new Observer(STRANGER, epoch(1), known);
        const patient = new Observer(STRANGER, epoch(1), known);
        outsider.catchesUp(history[to] as Call);
        for (const call of history.slice(from + 1, to + 1)) patient.catchesUp(call);
        expect(outsider.picture).toEqual(patient.picture);
        expect(outsider.picture).toEqual(Observer.pictureOf(history[to] as Call, STRANGER));
      }),
      RUNS,
    );
  });
});

test("the walks reach every kind of event with every kind of outcome, both endings, and full calls", () => {
  const seen = new Set<string>();
  // A fixed seed: this test is about the walks, not about the call.
  const sample: Move[][] = fc.sample(moves, { numRuns: 2_000, seed: 7 });
  for (const path of sample) {
    for (const { event, done, after } of walk(path)) {
      seen.add(`${event.type} ${done.outcome === "refused" ? done.code : done.outcome}`);
      if (after.state === "tombstoned") seen.add(`ended ${after.reason}`);
    }
  }
  expect([...seen].sort()).toEqual([
    "disconnect done",
    "disconnect stale",
    "ended idle",
    "ended left",
    "ended terminated",
    "join call_full",
    "join call_terminated",
    "join done",
    "leave done",
    "leave stale",
    "reconnect call_terminated",
    "reconnect done",
    "reconnect invalid_reconnect",
    "rejoin call_terminated",
    "rejoin done",
    "rejoin invalid_token",
    "settle done",
    "settle stale",
    "terminate done",
    "terminate stale",
    "withdraw done",
    "withdraw stale",
  ]);
});
