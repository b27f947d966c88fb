import type { RoomServerMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RoomRequest } from "../signaling/requests.ts";
import { compareIds, type ObjectKind, RemoteObjects } from "./remote-objects.ts";

type Resumed = Extract<RoomServerMessage, { type: "room-resumed" }>;

test.each([
  [["a"], ["a"], [], []],
  [["a", "b"], ["b"], ["a"], []],
  [[], ["c"], [], ["c"]],
  [["a", "b"], ["b", "c"], ["a"], ["c"]],
] as [string[], string[], string[], string[]][])("ours %j, theirs %j", (ours, theirs, lost, orphaned) => {
  expect(compareIds(ours, theirs)).toEqual({ lost, orphaned });
});

/** Objects of a session whose platform refuses every request, which must not matter. */
function session() {
  const requests: RoomRequest[] = [];
  const closed: string[] = [];
  const objects = new RemoteObjects({
    request: (request) => {
      requests.push(request);
      return Promise.reject(new Error("The socket is lost."));
    },
  });
  const add = (kind: ObjectKind, id: string) => objects[kind].set(id, { close: () => void closed.push(id) });
  return { objects, requests, closed, add };
}

const NOTHING = { producers: [], consumers: [], dataProducers: [], dataConsumers: [] };

test("after an outage closes here what the platform lost, and there what is unknown here", () => {
  const { objects, requests, closed, add } = session();
  add("producers", "cam");
  add("consumers", "bob");
  add("consumers", "eve");
  // The platform has answered, and this side's half is being created.
  objects.dataConsumers.set("chat", undefined);
  const snapshot = {
    producers: [
      { producerId: "cam", kind: "video" },
      { producerId: "mic", kind: "audio" },
    ],
    consumers: [{ consumerId: "eve", producerId: "p", paused: false }],
    dataProducers: [],
    dataConsumers: [{ dataConsumerId: "chat", dataProducerId: "d" }],
  };
  objects.reconcile(snapshot as unknown as Resumed);
  expect(closed).toEqual(["bob"]);
  expect(requests).toEqual([{ type: "close-producer", producerId: "mic" }]);
  expect([...objects.consumers.keys()]).toEqual(["eve"]);
});

test.each([
  ["producers", { type: "close-producer", producerId: "x" }],
  ["consumers", { type: "close-consumer", consumerId: "x" }],
  ["dataProducers", { type: "close-data-producer", dataProducerId: "x" }],
  ["dataConsumers", { type: "close-data-consumer", dataConsumerId: "x" }],
] as [ObjectKind, RoomRequest][])("closes %s on both sides, or here alone", (kind, request) => {
  const { objects, requests, closed, add } = session();
  add(kind, "x");
  objects.drop(kind, "x");
  expect([closed, requests]).toEqual([["x"], [request]]);
  add(kind, "x");
  objects.forget(kind, "x");
  expect([closed, requests]).toEqual([["x", "x"], [request]]);
  expect(objects[kind].size).toBe(0);
});

const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));

test("whatever both sides had, afterwards both have what both had before", () => {
  fc.assert(
    fc.property(ids, ids, (ours, theirs) => {
      const { objects, requests, closed, add } = session();
      for (const id of ours) add("consumers", id);
      const consumers = theirs.map((consumerId) => ({ consumerId, producerId: "p", paused: false }));
      objects.reconcile({ ...NOTHING, consumers } as unknown as Resumed);
      const closedThere = requests.map((request) => "consumerId" in request && request.consumerId);
      const both = ours.filter((id) => theirs.includes(id));
      expect([...objects.consumers.keys()]).toEqual(both);
      expect(theirs.filter((id) => !closedThere.includes(id)).toSorted()).toEqual(both.toSorted());
      expect(closed.toSorted()).toEqual(ours.filter((id) => !both.includes(id)).toSorted());
    }),
  );
});
