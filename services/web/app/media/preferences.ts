import type { DeviceChoice } from "./capture.ts";

export interface Preferences {
  readonly muted: boolean;
  readonly cameraOff: boolean;
  readonly devices: DeviceChoice;
}

const KEY = "radist.media";
const NONE: Preferences = { muted: false, cameraOff: false, devices: { audio: null, video: null } };

/** How the user left camera and microphone in this tab: a reload must not switch on what was off. */
export function loadPreferences(): Preferences {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return typeof stored === "object" && stored !== null ? { ...NONE, ...stored } : NONE;
  } catch {
    return NONE;
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage is full or forbidden: the next load starts with everything on, as a first one does.
  }
}
