import type { EventType, Fact } from "@radist-tech/protocol";
import type { PeerEvent } from "./peer-events.ts";

/** What a step of a call made true, for the outbox. */
export type CallFact = Fact<Extract<EventType, `call.${string}`>>;

/** A fact as the other peer hears of it; none when it learns of it by the end of its own socket. */
export function toPeerEvents(fact: CallFact): PeerEvent[] {
  switch (fact.type) {
    case "call.participant_joined":
      return [{ type: "peer_joined", peerId: fact.data.peerId }];
    case "call.participant_reconnected":
      return [{ type: "peer_reconnected", peerId: fact.data.peerId }];
    case "call.participant_disconnected":
      return [{ type: "peer_left", peerId: fact.data.peerId, reason: "disconnected" }];
    case "call.participant_left":
      return leftEvents(fact.data);
    case "call.created":
    case "call.ended":
      return [];
  }
}

function leftEvents({ peerId, reason }: Extract<CallFact, { type: "call.participant_left" }>["data"]): PeerEvent[] {
  switch (reason) {
    case "left":
    case "expired":
      return [{ type: "peer_left", peerId, reason }];
    case "withdrawn":
      // The other peer may have seen the withdrawn one when it caught up with the database.
      return [{ type: "peer_left", peerId, reason: "expired" }];
    case "terminated":
    case "idle":
      return [];
  }
}
