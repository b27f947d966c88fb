import { type ResumeStorage, readSeat } from "../core/seat/stored-seat.ts";
import type { RoomResumeState } from "./types.ts";

/**
 * The seat in a room that a connection with this `resumeStorage` has had.
 *
 * @example
 * const resume = storedRoomSeat(sessionStorage, roomId);
 */
export function storedRoomSeat(storage: ResumeStorage, roomId: string): RoomResumeState | undefined {
  return readSeat(storage, roomId, ["roomId", "peerId", "resumeToken"]);
}
