import type { PeerId, RoomFeature, RoomServerMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenRules } from "./testing/room-states.ts";
import { moves, type Walked, walk } from "./testing/room-walk.ts";
import { Viewer } from "./testing/viewer.ts";

// fast-check prints the seed of a failure, and the walk, made as short as it goes; `{ seed, path }` repeats it.
const RUNS = { numRuns: 400 };

/** Notifications, and which feature they need. */
const HEARD_BY: Partial<Record<RoomServerMessage["type"], RoomFeature | "all">> = {
  "peer-left": "all",
  "new-producer": "all",
  "e2ee-peer-announced": "all",
  "peer-joined": "presence",
  "peer-disconnected": "presence",
  "peer-resumed": "presence",
  "producer-paused": "media",
  "producer-resumed": "media",
  "producer-closed": "media",
  "new-data-producer": "data",
  "data-producer-closed": "data",
};

const always = (check: (steps: Walked[]) => void): void =>
  fc.assert(
    fc.property(moves, (path) => check(walk(path))),
    RUNS,
  );

const subjectOf = (message: RoomServerMessage): PeerId | undefined =>
  "peerId" in message ? (message.peerId ?? undefined) : "fromPeerId" in message ? message.fromPeerId : undefined;

describe("On any walk", () => {
  test("a room keeps its invariants, and a step changes neither its input nor other peers", () => {
    always((steps) => {
      for (const { before, event, after } of steps) {
        expect(brokenRules(after)).toEqual([]);
        for (const [peerId, earlier] of before.peers) {
          if (peerId !== event.peerId) expect(after.peers.get(peerId)).toBe(earlier);
        }
      }
    });
  });

  test("notifications go to peers that are and were connected, and never to the peer that acts", () => {
    always((steps) => {
      for (const { before, event, after, done } of steps) {
        for (const { to, message } of done.notify) {
          expect(to.length).toBeGreaterThan(0);
          expect(new Set(to).size).toBe(to.length);
          expect(subjectOf(message)).toBe(event.peerId);
          expect(to).not.toContain(event.peerId);
          for (const each of to) {
            expect(before.peers.get(each)?.status).toBe("connected");
            expect(after.peers.get(each)?.status).toBe("connected");
          }
        }
      }
    });
  });

  test("no peer is notified of features that it did not ask for, nor of channels for others", () => {
    always((steps) => {
      const targets = new Map<string, PeerId | undefined>();
      for (const { event, after, done } of steps) {
        if (event.type === "produce-data")
          targets.set(event.dataProducer.dataProducerId, event.dataProducer.targetPeerId);
        for (const { to, message } of done.notify) {
          const needed = HEARD_BY[message.type];
          expect(needed, message.type).toBeDefined();
          for (const each of to) {
            if (needed !== "all") expect(after.peers.get(each)?.features).toContain(needed);
            const target = "dataProducerId" in message ? targets.get(message.dataProducerId) : undefined;
            expect([undefined, each]).toContain(target);
          }
          expect(message).not.toHaveProperty("targetPeerId");
        }
      }
    });
  });

  test("every peer that may be notified is", () => {
    always((steps) => {
      for (const { done, after } of steps) {
        for (const { to, message } of done.notify) {
          if (message.type === "new-data-producer" || message.type === "data-producer-closed") continue;
          const needed = HEARD_BY[message.type];
          const audience = [...after.peers.values()].filter(
            ({ peerId, status, features }) =>
              status === "connected" &&
              peerId !== subjectOf(message) &&
              (needed === "all" || features.has(needed as RoomFeature)),
          );
          expect(to).toEqual(audience.map(({ peerId }) => peerId));
        }
      }
    });
  });

  test("the snapshot and the notifications after it give each peer the room's own state", () => {
    always((steps) => {
      const viewers = new Map<PeerId, Viewer>();
      for (const { before, event, after, done } of steps) {
        for (const { to, message } of done.notify) for (const each of to) viewers.get(each)?.hears(message);
        for (const { peerId, status, features } of after.peers.values()) {
          const isBack = event.type === "resume" && event.peerId === peerId;
          if (status === "disconnected") viewers.delete(peerId);
          else if (!viewers.has(peerId) || isBack) viewers.set(peerId, new Viewer(after, peerId, features));
        }
        for (const peerId of before.peers.keys()) if (!after.peers.has(peerId)) viewers.delete(peerId);
        for (const viewer of viewers.values()) expect(viewer.picture(after), event.type).toEqual(viewer.truth(after));
      }
    });
  });

  test("a producer is announced once to each peer that is there, and to none that came later", () => {
    always((steps) => {
      const told = new Set<string>();
      for (const { event, done, before } of steps) {
        const announced = done.notify.filter(({ message }) => message.type === "new-producer");
        if (event.type !== "produce") expect(announced).toEqual([]);
        else {
          const isThere = before.peers.has(event.peerId);
          const audience = [...before.peers.values()].filter(
            ({ peerId, status }) => peerId !== event.peerId && status === "connected",
          );
          expect(announced.flatMap(({ to }) => to)).toEqual(isThere ? audience.map(({ peerId }) => peerId) : []);
        }
        for (const { to, message } of announced) {
          for (const each of to) {
            const key = `${each} ${"producerId" in message && message.producerId}`;
            expect(told).not.toContain(key);
            told.add(key);
          }
        }
      }
    });
  });
});

test("the walks reach every event, with and without notifications, every message, full rooms and lost peers", () => {
  const seen = new Set<string>();
  // Sampled under a fixed seed: the test is about the walks, not about the room.
  for (const path of fc.sample(moves, { numRuns: 2_000, seed: 7 })) {
    for (const { event, done, after } of walk(path)) {
      seen.add(`${event.type} ${done.notify.length > 0 ? "told" : "untold"}`);
      for (const { message } of done.notify) seen.add(message.type);
      if (after.peers.size > 4) seen.add("a full room");
    }
  }
  const events = [
    "announce",
    "disconnect",
    "join",
    "leave",
    "migrate",
    "pause",
    "produce",
    "produce-data",
    "resume",
    "unpause",
    "unproduce",
    "unproduce-data",
  ];
  expect([...seen].sort()).toEqual(
    [
      ...events.flatMap((event) => [`${event} told`, `${event} untold`]),
      "set-levels untold",
      ...Object.keys(HEARD_BY),
      "a full room",
    ].sort(),
  );
});
