import type { ResumeState } from "../types.ts";

/** Where a seat is kept for a reload: `sessionStorage`, or anything with the same methods that only this origin can read. */
export type ResumeStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const key = (callId: string): string => `radist.resume.${callId}`;

export function storeSeat(storage: ResumeStorage, state: ResumeState): void {
  try {
    storage.setItem(key(state.callId), JSON.stringify(state));
  } catch {
    // It is full, or the user forbade it: after a reload the user joins again, once the earlier seat is free.
  }
}

/**
 * The seat in a call that a connection with this `resumeStorage` has had.
 *
 * @example
 * const resume = storedSeat(sessionStorage, callId);
 */
export function storedSeat(storage: ResumeStorage, callId: string): ResumeState | undefined {
  try {
    const state: unknown = JSON.parse(storage.getItem(key(callId)) ?? "null");
    return isResumeState(state) && state.callId === callId ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets the seat in a call, so that a reload does not return to it. */
export function forgetSeat(storage: ResumeStorage, callId: string): void {
  try {
    storage.removeItem(key(callId));
  } catch {
    // The user forbade it, so there is nothing to forget.
  }
}

function isResumeState(value: unknown): value is ResumeState {
  if (typeof value !== "object" || value === null) return false;
  const { callId, peerId, reconnectToken } = value as Record<string, unknown>;
  return [callId, peerId, reconnectToken].every((field) => typeof field === "string");
}
