import { mediaError } from "../errors.ts";
import type { PublishOptions } from "../rooms/types.ts";
import type { Channel } from "../types.ts";

/** Browsers open cameras at 640 × 480 unless they are asked. */
const CAMERA: MediaTrackConstraints = { width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Opens the microphone and camera for `channels`, with one question to the person. Nothing when none needs one. */
export async function captureForRoom(channels: ReadonlySet<Channel>): Promise<MediaStreamTrack[]> {
  const audio = channels.has("audio");
  const video = channels.has("video");
  return audio || video ? openDevices({ audio, video: video && CAMERA }) : [];
}

/** Opens what is to be published. A screen comes with its sound where that was asked for and given. */
export function captureSource(options: PublishOptions): Promise<MediaStreamTrack[]> {
  switch (options.source) {
    case "microphone":
      return openDevices({ audio: options.constraints ?? true });
    case "camera":
      return openDevices({ video: { ...CAMERA, ...options.constraints } });
    case "screen":
      return tracksOf(() => navigator.mediaDevices.getDisplayMedia({ audio: false, ...options.options }));
  }
}

/** Opens another microphone or camera by its id. */
export function captureDevice(kind: "audio" | "video", deviceId: string): Promise<MediaStreamTrack[]> {
  const device = { deviceId: { exact: deviceId } };
  return openDevices(kind === "audio" ? { audio: device } : { video: { ...CAMERA, ...device } });
}

const openDevices = (constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> =>
  tracksOf(() => navigator.mediaDevices.getUserMedia(constraints));

async function tracksOf(open: () => Promise<MediaStream>): Promise<MediaStreamTrack[]> {
  try {
    return (await open()).getTracks();
  } catch (cause) {
    throw mediaError(cause);
  }
}
