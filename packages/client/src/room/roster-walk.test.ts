import type { RoomServerMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RoomRoster, type RoomRosterEvent, updateRoster } from "./roster.ts";

/** What a listener knows that hears of events alone. */
class Listener {
  readonly peers = new Map<string, { isConnected: boolean; producers: Map<string, boolean>; data: Set<string> }>();

  hear(event: RoomRosterEvent): void {
    if (event.type === "joined") {
      const { peerId, isConnected } = event.peer;
      expect(this.peers.has(peerId), `${peerId} joined twice`).toBe(false);
      this.peers.set(peerId, { isConnected, producers: new Map(), data: new Set() });
      return;
    }
    const peer = this.peers.get(event.peerId);
    if (!peer) throw new Error(`${event.type} of ${event.peerId}, who is not present`);
    switch (event.type) {
      case "left":
        this.peers.delete(event.peerId);
        return;
      case "connection":
        expect(peer.isConnected, "each change of the connection is heard once").toBe(!event.isConnected);
        peer.isConnected = event.isConnected;
        return;
      case "published":
        expect(peer.producers.has(event.producer.producerId)).toBe(false);
        peer.producers.set(event.producer.producerId, event.producer.paused ?? false);
        return;
      case "unpublished":
        expect(peer.producers.delete(event.producerId)).toBe(true);
        return;
      case "mute":
        expect(peer.producers.get(event.producerId)).toBe(!event.isMuted);
        peer.producers.set(event.producerId, event.isMuted);
        return;
      case "data-opened":
        expect(peer.data.has(event.dataProducer.dataProducerId)).toBe(false);
        peer.data.add(event.dataProducer.dataProducerId);
        return;
      case "data-closed":
        expect(peer.data.delete(event.dataProducerId)).toBe(true);
    }
  }
}

const known = (roster: RoomRoster) =>
  new Map(
    [...roster].map(([peerId, { isConnected, producers, dataProducers }]) => [
      peerId,
      {
        isConnected,
        producers: new Map([...producers].map(([id, { paused = false }]) => [id, paused])),
        data: new Set(dataProducers.keys()),
      },
    ]),
  );

const peerId = fc.constantFrom("ann", "bob", "eve");
const producerId = fc.constantFrom("cam", "mic", "scr");
const dataProducerId = fc.constantFrom("chat", "files");
const kind = fc.constantFrom("audio", "video");
const optional = { noNullPrototype: true };

const ofType = (type: string, fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(fields, optional).map((rest) => ({ type, ...rest }) as unknown as RoomServerMessage);

const peer = fc.record(
  {
    peerId,
    status: fc.constantFrom("connected", "disconnected", undefined),
    producers: fc.uniqueArray(fc.record({ producerId, kind, paused: fc.boolean() }, optional), {
      selector: (producer) => producer.producerId,
    }),
    dataProducers: fc.uniqueArray(fc.record({ dataProducerId, label: fc.constant("radist-data") }, optional), {
      selector: (producer) => producer.dataProducerId,
    }),
  },
  optional,
);
const existingPeers = fc.uniqueArray(peer, { selector: (one) => one.peerId });

const message = fc.oneof(
  ofType("room-joined", { existingPeers }),
  ofType("room-resumed", { existingPeers }),
  ofType("peer-joined", { peerId }),
  ofType("peer-left", { peerId, reason: fc.constantFrom("left", "kicked", "expired") }),
  ofType("peer-disconnected", { peerId }),
  ofType("peer-resumed", { peerId }),
  ofType("new-producer", { peerId, producerId, kind, paused: fc.boolean() }),
  ofType("producer-closed", { peerId, producerId }),
  ofType("producer-paused", { peerId, producerId }),
  ofType("producer-resumed", { peerId, producerId }),
  ofType("new-data-producer", { peerId, dataProducerId }),
  ofType("data-producer-closed", { peerId, dataProducerId }),
  ofType("active-speaker", { peerId }),
);

test("a listener of the events always knows what the roster knows", () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 5, maxLength: 60 }), (messages) => {
      const listener = new Listener();
      let roster: RoomRoster = new Map();
      for (const received of messages) {
        const before = known(roster);
        const { roster: next, events } = updateRoster(roster, received);
        expect(known(roster), "the earlier roster is not changed").toEqual(before);
        roster = next;
        for (const event of events) listener.hear(event);
        expect(listener.peers).toEqual(known(roster));
      }
    }),
    { numRuns: 500 },
  );
});
