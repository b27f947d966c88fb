import type { RoomServerMessage } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import type { RoomRequest } from "../signaling/requests.ts";
import { compareIds, Possessions } from "./possessions.ts";

test.each([
  [["a"], ["a"], [], []],
  [["a", "b"], ["b"], ["a"], []],
  [[], ["c"], [], ["c"]],
  [["a", "b"], ["b", "c"], ["a"], ["c"]],
] as [string[], string[], string[], string[]][])("own %j, theirs %j", (own, theirs, lost, orphaned) => {
  expect(compareIds(own, theirs)).toEqual({ lost, orphaned });
});

test("after an outage closes what the other side lost, and gives back what nobody here knows", () => {
  const asked: RoomRequest[] = [];
  const possessions = new Possessions({
    request: (request) => {
      asked.push(request);
      return Promise.reject(new Error("away"));
    },
  });
  const closed: string[] = [];
  const thing = (name: string) => ({ close: () => void closed.push(name) });
  possessions.producers.set("cam", thing("cam"));
  possessions.consumers.set("bob", thing("bob"));
  possessions.consumers.set("eve", thing("eve"));
  // Its answer came, the object was being made.
  possessions.dataConsumers.set("chat", undefined);
  const snapshot = {
    producers: [
      { producerId: "cam", kind: "video" },
      { producerId: "mic", kind: "audio" },
    ],
    consumers: [{ consumerId: "eve", producerId: "p", paused: false }],
    dataProducers: [],
    dataConsumers: [{ dataConsumerId: "chat", dataProducerId: "d" }],
  };
  possessions.reconcile(snapshot as unknown as Extract<RoomServerMessage, { type: "room-resumed" }>);
  expect(closed).toEqual(["bob"]);
  expect(asked).toEqual([{ type: "close-producer", producerId: "mic" }]);
  expect([...possessions.consumers.keys()]).toEqual(["eve"]);
});
