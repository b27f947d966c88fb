import { signal } from "@preact/signals";
import type { MediaKind } from "./advice.ts";

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** Cameras and microphones of this machine. Browsers tell their names only after a permission. */
export const devices = signal<Record<MediaKind, readonly Device[]>>({ audio: [], video: [] });

export async function refreshDevices(): Promise<void> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const ofKind = (kind: MediaDeviceKind, name: string): Device[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== "")
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${name} ${index + 1}` }));
  devices.value = { audio: ofKind("audioinput", "Microphone"), video: ofKind("videoinput", "Camera") };
}

/** Keeps {@link devices} true while something is plugged in and out. */
export function watchDevices(): () => void {
  const refresh = (): void => void refreshDevices();
  refresh();
  navigator.mediaDevices?.addEventListener("devicechange", refresh);
  return () => navigator.mediaDevices?.removeEventListener("devicechange", refresh);
}
