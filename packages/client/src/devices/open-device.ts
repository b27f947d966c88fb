import { openDevices } from "./capture.ts";
import { CAMERA } from "./capture-source.ts";
import { type Device, enumerateDevices } from "./device-list.ts";
import { findRemembered } from "./device-memory.ts";
import { deviceProblemOf } from "./device-problem.ts";
import type { Opened } from "./device-slot.ts";

export type CaptureKind = "microphone" | "camera";

/** The device to open of each kind; undefined leaves the choice to the browser. */
export type Selected = Readonly<Partial<Record<CaptureKind, Device>>>;

const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

function constraintsOf(kind: CaptureKind, device: Device | undefined): MediaTrackConstraints {
  const wanted = kind === "microphone" ? MICROPHONE : CAMERA;
  return device ? { ...wanted, deviceId: { exact: device.id } } : wanted;
}

/** Opens one device. In place of a remembered one that is gone it opens one of the same name, else the browser's choice. */
export async function openDevice(kind: CaptureKind, device: Device | undefined): Promise<Opened> {
  try {
    const constraints = constraintsOf(kind, device);
    const stream = await openDevices(kind === "microphone" ? { audio: constraints } : { video: constraints });
    const [track] = stream.getTracks();
    return track ? { track } : { problem: "failed" };
  } catch (error) {
    const problem = deviceProblemOf(error);
    if (problem !== "not_found" || !device) return { problem };
    const namesake = findRemembered((await enumerateDevices())[kind], device);
    return openDevice(kind, namesake?.id === device.id ? undefined : namesake);
  }
}

/** Opens both with a single prompt; either may fail without the other. */
export async function openBoth(selected: Selected): Promise<Record<CaptureKind, Opened>> {
  try {
    const stream = await openDevices({
      audio: constraintsOf("microphone", selected.microphone),
      video: constraintsOf("camera", selected.camera),
    });
    const [audio] = stream.getAudioTracks();
    const [video] = stream.getVideoTracks();
    if (audio && video) return { microphone: { track: audio }, camera: { track: video } };
  } catch {
    // One missing or refused device fails both: opening them one by one shows which.
  }
  const microphone = await openDevice("microphone", selected.microphone);
  return { microphone, camera: await openDevice("camera", selected.camera) };
}
