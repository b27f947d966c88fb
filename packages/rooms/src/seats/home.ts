import type { Epoch } from "@radist-tech/protocol";
import { disconnectAll, UNCHANGED, unpublished } from "./change.ts";
import type { SeatEvent, SeatStep } from "./event.ts";
import type { RoomRecord } from "./record.ts";

type Of<Type extends SeatEvent["type"]> = Extract<SeatEvent, { type: Type }>;

/** Those who were with an earlier home lost their media with it. */
export function claim(room: RoomRecord, { seen, by, windowMs }: Of<"claim">): SeatStep {
  if (room.ended || room.homeEpoch !== seen) return UNCHANGED;
  const epoch = next(room);
  const { room: orphaned, facts } = disconnectAll(room, windowMs, "node_lost");
  return {
    outcome: "done",
    room: { ...orphaned, home: by, homeEpoch: epoch, tracks: [] },
    notify: [{ type: "home_claimed", roomId: room.roomId, nodeId: by.nodeId, epoch }],
    facts: [...unpublished(room.tracks, "node_lost"), ...facts],
  };
}

/** The home gives the room up, in order. */
export function release(room: RoomRecord, { windowMs }: Of<"release">): SeatStep {
  const { room: released, facts } = disconnectAll(room, windowMs, "disconnected");
  return {
    outcome: "done",
    room: { ...released, home: null, tracks: [] },
    notify: [],
    facts: [...unpublished(room.tracks, "migrated"), ...facts],
  };
}

export function orphan(room: RoomRecord, { windowMs }: Of<"orphan">): SeatStep {
  if (!room.home) return UNCHANGED;
  const { room: orphaned, facts } = disconnectAll(room, windowMs, "node_lost");
  return {
    outcome: "done",
    // If it lives after all, it finds its writes refused.
    room: { ...orphaned, home: null, homeEpoch: next(room), tracks: [] },
    notify: [],
    facts: [...unpublished(room.tracks, "node_lost"), ...facts],
  };
}

const next = ({ homeEpoch }: RoomRecord): Epoch => (homeEpoch + 1) as Epoch;
