import type { PublishOptions } from "../rooms/types.ts";
import type { Channel, MediaKind } from "../types.ts";
import { captureError } from "./device-problem.ts";

/** Browsers open cameras at 640 × 480 unless they are asked for more. */
export const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1_280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};

/** Opens the microphone and camera for `channels`, with a single prompt. Undefined when none needs one. */
export async function captureChannels(
  channels: ReadonlySet<Channel>,
  camera: MediaTrackConstraints | true,
): Promise<MediaStream | undefined> {
  const audio = channels.has("audio");
  const video = channels.has("video");
  return audio || video ? openDevices({ audio, video: video && camera }) : undefined;
}

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

/** Lets the person choose a screen or a window. */
export const openScreen = (options: DisplayMediaStreamOptions | undefined): Promise<MediaStream> =>
  rejectingClearly(() => navigator.mediaDevices.getDisplayMedia({ audio: false, ...options }));

export const openDevices = (constraints: MediaStreamConstraints): Promise<MediaStream> =>
  rejectingClearly(() => navigator.mediaDevices.getUserMedia(constraints));

async function rejectingClearly(open: () => Promise<MediaStream>): Promise<MediaStream> {
  try {
    return await open();
  } catch (cause) {
    throw captureError(cause);
  }
}
