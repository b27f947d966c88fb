import type { MediaKind } from "../core/channels.ts";
import type { PublishOptions } from "../room/types.ts";
import { openDevices, openScreen } from "./capture.ts";

/** Browsers open cameras at 640 × 480 unless they are asked for more. */
export const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1_280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};

/** Opens what is to be published. A screen comes with its sound where that was asked for and given. */
export function captureSource(options: PublishOptions): Promise<MediaStream> {
  switch (options.source) {
    case "microphone":
      return openDevices({ audio: options.constraints ?? true });
    case "camera":
      return openDevices({ video: { ...CAMERA, ...options.constraints } });
    case "screen":
      return openScreen(options.options);
  }
}

/** Opens another microphone or camera by its id. */
export function captureDevice(kind: MediaKind, deviceId: string): Promise<MediaStream> {
  const device = { deviceId: { exact: deviceId } };
  return openDevices(kind === "audio" ? { audio: device } : { video: { ...CAMERA, ...device } });
}
