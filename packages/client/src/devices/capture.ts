import type { Channel } from "../core/channels.ts";
import { captureError } from "./device-problem.ts";
import { screenOptions } from "./screen-options.ts";

/** Opens the microphone and camera for `channels`, with a single prompt. Undefined when none needs one. */
export async function captureChannels(
  channels: ReadonlySet<Channel>,
  camera: MediaTrackConstraints | true,
): Promise<MediaStream | undefined> {
  const audio = channels.has("audio");
  const video = channels.has("video");
  return audio || video ? openDevices({ audio, video: video && camera }) : undefined;
}

/** Lets the user choose a screen or a window. */
export const openScreen = (options: DisplayMediaStreamOptions | undefined): Promise<MediaStream> =>
  rejectingClearly(() => navigator.mediaDevices.getDisplayMedia(screenOptions(options)));

export const openDevices = (constraints: MediaStreamConstraints): Promise<MediaStream> =>
  rejectingClearly(() => navigator.mediaDevices.getUserMedia(constraints));

async function rejectingClearly(open: () => Promise<MediaStream>): Promise<MediaStream> {
  try {
    return await open();
  } catch (cause) {
    throw captureError(cause);
  }
}
