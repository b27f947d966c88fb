import { free, UNCHANGED, unpublished } from "./change.ts";
import type { SeatEvent, SeatStep } from "./event.ts";
import type { RoomRecord } from "./record.ts";

/** The home, if there is one, stays until it has let go of everybody: it knows for how long they were there. */
export function end(room: RoomRecord, { reason }: Extract<SeatEvent, { type: "end" }>): SeatStep {
  if (room.ended) return UNCHANGED;
  const { room: empty, facts } = free(room, [...room.seats.values()], reason);
  return {
    outcome: "done",
    room: { ...empty, ended: reason, tracks: [] },
    notify: [{ type: "room_ended", roomId: room.roomId }],
    facts: [
      ...unpublished(room.tracks, "left"),
      ...facts,
      { type: "room.ended", data: { roomId: room.roomId, reason } },
    ],
  };
}
