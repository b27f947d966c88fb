import type { ResumeState } from "@radist-tech/client";

const key = (callId: string): string => `radist.resume.${callId}`;

/**
 * What lets a reload of this tab return as the same peer. In sessionStorage alone: it is a credential, so it belongs in
 * no address and in nothing that outlives the tab.
 */
export function saveResume(state: ResumeState): void {
  try {
    sessionStorage.setItem(key(state.callId), JSON.stringify(state));
  } catch {
    // Storage is forbidden: after a reload the user joins again, once the earlier seat is free.
  }
}

export function loadResume(callId: string): ResumeState | null {
  try {
    const state: unknown = JSON.parse(sessionStorage.getItem(key(callId)) ?? "null");
    return isResumeState(state) && state.callId === callId ? state : null;
  } catch {
    return null;
  }
}

export function forgetResume(callId: string): void {
  try {
    sessionStorage.removeItem(key(callId));
  } catch {
    // Storage is forbidden, so there is nothing to forget.
  }
}

function isResumeState(value: unknown): value is ResumeState {
  if (typeof value !== "object" || value === null) return false;
  const { callId, peerId, reconnectToken } = value as Record<string, unknown>;
  return [callId, peerId, reconnectToken].every((field) => typeof field === "string");
}
