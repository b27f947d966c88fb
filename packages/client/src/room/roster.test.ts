import type { RoomServerMessage } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { type RoomRoster, type RoomRosterEvent, updateRoster } from "./roster.ts";

const camera = { producerId: "cam", kind: "video", source: "camera" };
const microphone = { producerId: "mic", kind: "audio", source: "microphone" };
const chat = { dataProducerId: "chat", label: "radist-data", protocol: "" };

const message = (type: string, fields: object): RoomServerMessage => ({ type, ...fields }) as never;
const snapshot = (...existingPeers: object[]) => message("room-resumed", { existingPeers });
const bob = (fields: object = {}) => ({ peerId: "bob", producers: [camera, microphone], ...fields });

function apply(...messages: RoomServerMessage[]): { roster: RoomRoster; reported: string[] } {
  let roster: RoomRoster = new Map();
  let reported: string[] = [];
  for (const heard of messages) {
    const next = updateRoster(roster, heard);
    roster = next.roster;
    reported = next.events.map(words);
  }
  return { roster, reported };
}

function words(event: RoomRosterEvent): string {
  switch (event.type) {
    case "joined":
      return `joined ${event.peer.peerId}`;
    case "left":
      return `left ${event.peerId} ${event.reason}`;
    case "connection":
      return `${event.isConnected ? "back" : "away"} ${event.peerId}`;
    case "published":
      return `published ${event.producer.producerId}`;
    case "unpublished":
      return `unpublished ${event.producerId}`;
    case "mute":
      return `${event.isMuted ? "muted" : "unmuted"} ${event.producerId}`;
    case "data-opened":
      return `data ${event.dataProducer.dataProducerId}`;
    case "data-closed":
      return `no data ${event.dataProducerId}`;
  }
}

test.each([
  ["an empty room", [snapshot()], []],
  ["a room with participants", [snapshot(bob())], ["joined bob", "published cam", "published mic"]],
  ["a participant joins", [snapshot(), message("peer-joined", { peerId: "eve", name: "Eve" })], ["joined eve"]],
  [
    "a participant publishes",
    [snapshot({ peerId: "bob", producers: [] }), message("new-producer", { peerId: "bob", ...camera })],
    ["published cam"],
  ],
  [
    "a participant mutes",
    [snapshot(bob()), message("producer-paused", { peerId: "bob", producerId: "mic" })],
    ["muted mic"],
  ],
  [
    "a participant unmutes",
    [
      snapshot(bob()),
      message("producer-paused", { peerId: "bob", producerId: "mic" }),
      message("producer-resumed", { peerId: "bob", producerId: "mic" }),
    ],
    ["unmuted mic"],
  ],
  [
    "a participant unpublishes",
    [snapshot(bob()), message("producer-closed", { peerId: "bob", producerId: "cam" })],
    ["unpublished cam"],
  ],
  ["a participant loses its socket", [snapshot(bob()), message("peer-disconnected", { peerId: "bob" })], ["away bob"]],
  [
    "a participant is back",
    [snapshot(bob()), message("peer-disconnected", { peerId: "bob" }), message("peer-resumed", { peerId: "bob" })],
    ["back bob"],
  ],
  [
    "a participant is removed",
    [snapshot(bob()), message("peer-left", { peerId: "bob", reason: "kicked" })],
    ["left bob kicked"],
  ],
  [
    "a participant opens a data channel",
    [snapshot(bob()), message("new-data-producer", { peerId: "bob", ...chat })],
    ["data chat"],
  ],
  [
    "and closes it",
    [
      snapshot(bob({ dataProducers: [chat] })),
      message("data-producer-closed", { peerId: "bob", dataProducerId: "chat" }),
    ],
    ["no data chat"],
  ],
  [
    "a late message of a participant that is gone",
    [snapshot(), message("producer-closed", { peerId: "bob", producerId: "cam" })],
    [],
  ],
  ["a message about no peer", [snapshot(bob()), message("ack", { requestId: "1" })], []],
] as [string, RoomServerMessage[], string[]][])("%s", (_, messages, reported) => {
  expect(apply(...messages).reported).toEqual(reported);
});

test.each([
  ["nothing happened", [bob()], [bob()], []],
  ["a participant left", [bob()], [], ["left bob left"]],
  ["a disconnected participant expired", [bob({ status: "disconnected" })], [], ["left bob expired"]],
  ["a participant lost its socket", [bob()], [bob({ status: "disconnected" })], ["away bob"]],
  ["a participant returned", [bob({ status: "disconnected" })], [bob({ status: "connected" })], ["back bob"]],
  [
    "a participant muted, stopped the camera, shared the screen",
    [bob()],
    [
      bob({
        producers: [
          { ...microphone, paused: true },
          { ...camera, producerId: "scr", source: "screen" },
        ],
      }),
    ],
    ["unpublished cam", "muted mic", "published scr"],
  ],
  [
    "one left and another joined",
    [bob()],
    [{ peerId: "eve", producers: [{ ...camera, producerId: "eves" }], dataProducers: [chat] }],
    ["left bob left", "joined eve", "published eves", "data chat"],
  ],
  [
    "all media was published again",
    [bob()],
    [bob({ producers: [{ ...camera, producerId: "cam2" }] })],
    ["unpublished cam", "unpublished mic", "published cam2"],
  ],
] as [string, object[], object[], string[]][])("during an outage: %s", (_, earlier, later, reported) => {
  expect(apply(snapshot(...earlier), snapshot(...later)).reported).toEqual(reported);
});

test("keeps the identity of a participant", () => {
  const { roster } = apply(
    snapshot({ ...bob(), identity: "b", name: "Bob", metadata: { seat: 4 } }),
    message("producer-closed", { peerId: "bob", producerId: "cam" }),
  );
  expect(roster.get("bob")).toMatchObject({ identity: "b", name: "Bob", metadata: { seat: 4 } });
  expect([...(roster.get("bob")?.producers.keys() ?? [])]).toEqual(["mic"]);
});

test("a producer announces its participant, if nothing else has", () => {
  expect(apply(message("new-producer", { peerId: "bob", ...camera })).reported).toEqual([
    "joined bob",
    "published cam",
  ]);
});
