import type { RoomServerMessage } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { type RoomRoster, type RoomRosterEvent, updateRoster } from "./roster.ts";

const camera = { producerId: "cam", kind: "video", source: "camera" };
const microphone = { producerId: "mic", kind: "audio", source: "microphone" };
const chat = { dataProducerId: "chat", label: "radist-data", protocol: "" };

const message = (type: string, fields: object): RoomServerMessage => ({ type, ...fields }) as never;
const snapshot = (...existingPeers: object[]) => message("room-resumed", { existingPeers });
const bob = (fields: object = {}) => ({ peerId: "bob", producers: [camera, microphone], ...fields });

function follow(...messages: RoomServerMessage[]): { roster: RoomRoster; told: string[] } {
  let roster: RoomRoster = new Map();
  let told: string[] = [];
  for (const heard of messages) {
    const next = updateRoster(roster, heard);
    roster = next.roster;
    told = next.events.map(words);
  }
  return { roster, told };
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
  ["a room with people", [snapshot(bob())], ["joined bob", "published cam", "published mic"]],
  ["somebody comes", [snapshot(), message("peer-joined", { peerId: "eve", name: "Eve" })], ["joined eve"]],
  [
    "somebody publishes",
    [snapshot({ peerId: "bob", producers: [] }), message("new-producer", { peerId: "bob", ...camera })],
    ["published cam"],
  ],
  [
    "somebody mutes",
    [snapshot(bob()), message("producer-paused", { peerId: "bob", producerId: "mic" })],
    ["muted mic"],
  ],
  [
    "somebody unmutes",
    [
      snapshot(bob()),
      message("producer-paused", { peerId: "bob", producerId: "mic" }),
      message("producer-resumed", { peerId: "bob", producerId: "mic" }),
    ],
    ["unmuted mic"],
  ],
  [
    "somebody takes a track back",
    [snapshot(bob()), message("producer-closed", { peerId: "bob", producerId: "cam" })],
    ["unpublished cam"],
  ],
  ["somebody loses the socket", [snapshot(bob()), message("peer-disconnected", { peerId: "bob" })], ["away bob"]],
  [
    "somebody is back",
    [snapshot(bob()), message("peer-disconnected", { peerId: "bob" }), message("peer-resumed", { peerId: "bob" })],
    ["back bob"],
  ],
  [
    "somebody is removed",
    [snapshot(bob()), message("peer-left", { peerId: "bob", reason: "kicked" })],
    ["left bob kicked"],
  ],
  [
    "somebody opens a data channel",
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
    "a late word of somebody who is gone",
    [snapshot(), message("producer-closed", { peerId: "bob", producerId: "cam" })],
    [],
  ],
  ["what concerns no peer", [snapshot(bob()), message("ack", { requestId: "1" })], []],
] as [string, RoomServerMessage[], string[]][])("%s", (_, messages, told) => {
  expect(follow(...messages).told).toEqual(told);
});

test.each([
  ["nothing happened", [bob()], [bob()], []],
  ["somebody left", [bob()], [], ["left bob left"]],
  ["somebody who was away expired", [bob({ status: "disconnected" })], [], ["left bob expired"]],
  ["somebody lost the socket", [bob()], [bob({ status: "disconnected" })], ["away bob"]],
  ["somebody returned", [bob({ status: "disconnected" })], [bob({ status: "connected" })], ["back bob"]],
  [
    "somebody muted, stopped the camera, shared the screen",
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
    "one left and another came",
    [bob()],
    [{ peerId: "eve", producers: [{ ...camera, producerId: "eves" }], dataProducers: [chat] }],
    ["left bob left", "joined eve", "published eves", "data chat"],
  ],
  [
    "all media was built anew",
    [bob()],
    [bob({ producers: [{ ...camera, producerId: "cam2" }] })],
    ["unpublished cam", "unpublished mic", "published cam2"],
  ],
] as [string, object[], object[], string[]][])("meanwhile, while this side was away: %s", (_, earlier, later, told) => {
  expect(follow(snapshot(...earlier), snapshot(...later)).told).toEqual(told);
});

test("keeps who somebody is", () => {
  const { roster } = follow(
    snapshot({ ...bob(), identity: "b", name: "Bob", metadata: { seat: 4 } }),
    message("producer-closed", { peerId: "bob", producerId: "cam" }),
  );
  expect(roster.get("bob")).toMatchObject({ identity: "b", name: "Bob", metadata: { seat: 4 } });
  expect([...(roster.get("bob")?.producers.keys() ?? [])]).toEqual(["mic"]);
});

test("a producer of somebody whom nobody announced announces them", () => {
  expect(follow(message("new-producer", { peerId: "bob", ...camera })).told).toEqual(["joined bob", "published cam"]);
});
