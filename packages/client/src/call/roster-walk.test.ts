import type { P2PServerMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RemotePeer, type RosterEvent, updateRemotePeer } from "./roster.ts";

const AT = "2026-05-05T10:30:00.000Z";
const TYPES = ["call_joined", "call_reconnected", "peer_joined", "peer_reconnected", "peer_left"] as const;

const message = fc
  .record({
    type: fc.constantFrom(...TYPES),
    peerId: fc.constantFrom("peer_b", "peer_c"),
    gone: fc.constantFrom("left", "expired"),
    others: fc.constantFrom<string[]>([], ["peer_b"], ["peer_c"]),
    status: fc.constantFrom("connected", "disconnected"),
  })
  .map(({ type, peerId, gone, others, status }) => {
    // A peer that is only disconnected still holds its seat.
    const reason = others.some((id) => id === peerId) ? "disconnected" : gone;
    const peers = ["peer_a", ...others].map((id) => ({ peerId: id, status, updatedAt: AT }));
    return {
      type,
      peerId,
      reason,
      call: { callId: "c", createdAt: AT, updatedAt: AT, peers },
    } as unknown as P2PServerMessage;
  });

/** What a listener knows that hears of events alone. */
function hear(known: RemotePeer, event: RosterEvent): RemotePeer {
  if (event.type === "joined") {
    expect(known, "there is room for one").toBeUndefined();
    return { peerId: event.peerId, status: event.connected ? "connected" : "disconnected" };
  }
  expect(known?.peerId, "events are about the peer that is present").toBe(event.peerId);
  if (event.type === "reconnected") return { peerId: event.peerId, status: "connected" };
  return event.reason === "disconnected" ? { peerId: event.peerId, status: "disconnected" } : undefined;
}

test("a listener of the events always knows the other peer", () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 5, maxLength: 40 }), (messages) => {
      let remote: RemotePeer;
      let known: RemotePeer;
      for (const received of messages) {
        const update = updateRemotePeer(remote, received, "peer_a");
        remote = update.remote;
        for (const event of update.events) known = hear(known, event);
        expect(known).toEqual(remote);
      }
    }),
    { numRuns: 1_000 },
  );
});
