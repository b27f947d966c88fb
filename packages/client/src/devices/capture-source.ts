import type { MediaKind } from "../core/channels.ts";
import type { PublishOptions } from "../room/types.ts";
import { openDevices } from "./capture.ts";

/** Browsers open cameras at 640 × 480 unless they are asked for more. */
export const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1_280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};

/** Opens the device that is to be published. */
export function captureSource(options: Exclude<PublishOptions, { source: "screen" }>): Promise<MediaStream> {
  return options.source === "microphone"
    ? openDevices({ audio: options.constraints ?? true })
    : openDevices({ video: { ...CAMERA, ...options.constraints } });
}

/** Opens another microphone or camera by its id; "" leaves the choice to the browser. */
export function captureDevice(kind: MediaKind, deviceId: string): Promise<MediaStream> {
  const device = deviceId === "" ? {} : { deviceId: { exact: deviceId } };
  return openDevices(kind === "audio" ? { audio: device } : { video: { ...CAMERA, ...device } });
}
