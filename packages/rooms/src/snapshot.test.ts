import { RoomPeer } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { announcementsFor, existingPeers } from "./snapshot.ts";
import { ALICE, audio, BOB, CAROL, channel, lost, PLAIN, peer, roomOf, STRANGER } from "./testing/room-states.ts";

const ROOM = roomOf([
  peer(ALICE, {
    participant: { identity: "a", name: "Alice", metadata: { role: "host" }, canPublish: true, canSubscribe: false },
    producers: [audio("a", { source: "microphone" }), audio("v", { kind: "video", paused: true })],
    dataProducers: [channel("d"), channel("e", BOB), channel("f", CAROL)],
    announcement: { publicKey: "QQ", keyId: 3 },
  }),
  peer(BOB, { announcement: { publicKey: "Qg", keyId: "b" } }),
  lost(CAROL, { producers: [audio("c")] }),
]);

describe("The others in a room", () => {
  test("are shown in the order in which they joined, as the backend presents them, with their producers", () => {
    expect(existingPeers(ROOM, PLAIN)).toEqual([
      {
        peerId: ALICE,
        identity: "a",
        name: "Alice",
        metadata: { role: "host" },
        status: "connected",
        producers: [
          { producerId: "a", kind: "audio", source: "microphone", paused: false },
          { producerId: "v", kind: "video", paused: true },
        ],
        dataProducers: [{ dataProducerId: "d", label: "chat", protocol: "" }],
      },
      { peerId: BOB, status: "connected", producers: [], dataProducers: [] },
      {
        peerId: CAROL,
        status: "disconnected",
        producers: [{ producerId: "c", kind: "audio", paused: false }],
        dataProducers: [],
      },
    ]);
  });

  test("do not include the viewer", () => {
    for (const viewer of ROOM.peers.keys()) {
      const shown = existingPeers(ROOM, viewer).map(({ peerId }) => peerId);
      expect(shown).toEqual([...ROOM.peers.keys()].filter((peerId) => peerId !== viewer));
    }
  });

  test("have the channels for all and those for the viewer", () => {
    const channelsFor = (viewer: typeof BOB) =>
      existingPeers(ROOM, viewer).flatMap(({ dataProducers = [] }) => dataProducers.map((each) => each.dataProducerId));
    expect(channelsFor(BOB)).toEqual(["d", "e"]);
    expect(channelsFor(CAROL)).toEqual(["d", "f"]);
    expect(channelsFor(STRANGER)).toEqual(["d"]);
    expect(channelsFor(ALICE)).toEqual([]);
  });

  test("match the protocol, and contain nothing beyond it", () => {
    for (const viewer of [ALICE, BOB, CAROL, STRANGER]) {
      // As they travel: JSON has no fields that are undefined.
      const shown = JSON.parse(JSON.stringify(existingPeers(ROOM, viewer))) as unknown[];
      for (const each of shown) expect(RoomPeer.strict().parse(each)).toEqual(each);
    }
  });

  test("are none in an empty room", () => {
    expect(existingPeers(roomOf([]), ALICE)).toEqual([]);
  });
});

describe("The keys that were announced", () => {
  test("are sent to a newcomer, the last of each peer, and only to it", () => {
    expect(announcementsFor(ROOM, STRANGER)).toEqual([
      {
        to: [STRANGER],
        message: { type: "e2ee-peer-announced", fromPeerId: ALICE, publicKey: "QQ", keyId: 3 },
      },
      {
        to: [STRANGER],
        message: { type: "e2ee-peer-announced", fromPeerId: BOB, publicKey: "Qg", keyId: "b" },
      },
    ]);
  });

  test("are not sent to the peer that announced them", () => {
    expect(announcementsFor(ROOM, ALICE).map(({ message }) => message)).toMatchObject([{ fromPeerId: BOB }]);
  });

  test("are none when none was announced", () => {
    expect(announcementsFor(roomOf([peer(ALICE), lost(CAROL)]), STRANGER)).toEqual([]);
  });
});
