import type { RoomFact } from "../seats/record.ts";

/** A room, as its events describe it. */
export interface Replayed {
  readonly seats: Record<string, "connected" | "disconnected">;
  readonly tracks: string[];
  readonly ended: string | null;
}

/** Rejects what cannot follow: a second join, the end of an unknown track, anything after the end of the room. */
export function replay(facts: readonly RoomFact[]): Replayed {
  const seats = new Map<string, "connected" | "disconnected">();
  const known = new Set<string>();
  const tracks = new Set<string>();
  let ended: string | null = null;
  const expectThat = (isSo: boolean, fact: RoomFact): void => {
    if (!isSo) throw new Error(`${JSON.stringify(fact)} cannot follow.`);
  };
  for (const fact of facts) {
    expectThat(ended === null, fact);
    switch (fact.type) {
      case "room.created":
        break;
      case "room.ended":
        expectThat(seats.size === 0 && tracks.size === 0, fact);
        ended = fact.data.reason;
        break;
      case "room.participant_joined":
        expectThat(!known.has(fact.data.peerId), fact);
        known.add(fact.data.peerId);
        seats.set(fact.data.peerId, "connected");
        break;
      case "room.participant_disconnected":
        expectThat(seats.get(fact.data.peerId) === "connected", fact);
        seats.set(fact.data.peerId, "disconnected");
        break;
      case "room.participant_resumed":
        expectThat(seats.get(fact.data.peerId) === "disconnected", fact);
        seats.set(fact.data.peerId, "connected");
        break;
      case "room.participant_left":
        expectThat(seats.delete(fact.data.peerId), fact);
        break;
      case "room.track_published":
        expectThat(!tracks.has(fact.data.producerId), fact);
        tracks.add(fact.data.producerId);
        break;
      case "room.track_unpublished":
        expectThat(tracks.delete(fact.data.producerId), fact);
        break;
    }
  }
  return { seats: Object.fromEntries(seats), tracks: [...tracks], ended };
}
