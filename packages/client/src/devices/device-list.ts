/** The kinds of devices that the user chooses. */
export type DeviceKind = "microphone" | "camera" | "speaker";

export interface Device {
  readonly id: string;
  /** The browser's name for it; empty until the user has allowed a device of its kind. */
  readonly label: string;
}

/** The devices of this machine. Before a permission browsers list none; some never list speakers. */
export type DeviceList = Readonly<Record<DeviceKind, readonly Device[]>>;

export const NO_DEVICES: DeviceList = { microphone: [], camera: [], speaker: [] };

const KINDS: Readonly<Record<DeviceKind, MediaDeviceKind>> = {
  microphone: "audioinput",
  camera: "videoinput",
  speaker: "audiooutput",
};

type Found = Pick<MediaDeviceInfo, "kind" | "deviceId" | "label">;

/** Groups what the browser enumerates. Before a permission devices have no ids, and cannot be chosen. */
export function deviceListOf(found: readonly Found[]): DeviceList {
  const ofKind = (kind: DeviceKind): Device[] =>
    found
      .filter((device) => device.kind === KINDS[kind] && device.deviceId !== "")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { microphone: ofKind("microphone"), camera: ofKind("camera"), speaker: ofKind("speaker") };
}

/** The microphones, cameras and speakers that are connected. Empty on insecure pages. */
export async function enumerateDevices(): Promise<DeviceList> {
  // Absent outside secure contexts.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  return deviceListOf((await devices?.enumerateDevices()) ?? []);
}

/** Calls back whenever a device is plugged in or out; the returned function stops that. */
export function watchDevices(listener: () => void): () => void {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  devices?.addEventListener("devicechange", listener);
  return () => devices?.removeEventListener("devicechange", listener);
}
