import type { Emitter } from "../core/emitter.ts";
import type { RosterEvent } from "./roster.ts";
import type { ConnectionEvents } from "./types.ts";

/** Tells the page that the other peer came, returned or left. */
export function emitRosterEvent(events: Emitter<ConnectionEvents>, event: RosterEvent): void {
  const { peerId } = event;
  switch (event.type) {
    case "joined":
      events.emitLasting("peerjoined", { peerId });
      return;
    case "reconnected":
      events.emit("peerreconnected", { peerId });
      return;
    case "left":
      if (event.reason !== "disconnected") events.forget("peerjoined");
      events.emit("peerleft", { peerId, reason: event.reason });
      return;
  }
}
