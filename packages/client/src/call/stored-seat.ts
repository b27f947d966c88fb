import { type ResumeStorage, readSeat } from "../core/seat/stored-seat.ts";
import type { ResumeState } from "./types.ts";

/**
 * The seat in a call that a connection with this `resumeStorage` has had.
 *
 * @example
 * const resume = storedSeat(sessionStorage, callId);
 */
export function storedSeat(storage: ResumeStorage, callId: string): ResumeState | undefined {
  return readSeat(storage, callId, ["callId", "peerId", "reconnectToken"]);
}
