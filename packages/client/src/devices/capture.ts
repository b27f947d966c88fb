import type { Channel } from "../core/channels.ts";
import type { RadistError } from "../core/errors.ts";
import { captureError } from "./device-problem.ts";
import { screenOptions } from "./screen-options.ts";

/** What could be opened, and why the rest could not. */
export interface Captured {
  readonly tracks: readonly MediaStreamTrack[];
  readonly failures: readonly RadistError[];
}

/** Opens the microphone and camera for `channels`, with a single prompt; either may fail without the other. Never rejects. */
export async function captureChannels(
  channels: ReadonlySet<Channel>,
  camera: MediaTrackConstraints | true,
): Promise<Captured> {
  const wanted: MediaStreamConstraints[] = [
    ...(channels.has("audio") ? [{ audio: true }] : []),
    ...(channels.has("video") ? [{ video: camera }] : []),
  ];
  if (wanted.length > 1) {
    const both = await captured(Object.assign({}, ...wanted));
    if (both.failures.length === 0) return both;
  }
  // One missing or refused device fails both: opening them one by one shows which.
  const tracks: MediaStreamTrack[] = [];
  const failures: RadistError[] = [];
  for (const constraints of wanted) {
    const one = await captured(constraints);
    tracks.push(...one.tracks);
    failures.push(...one.failures);
  }
  return { tracks, failures };
}

async function captured(constraints: MediaStreamConstraints): Promise<Captured> {
  try {
    return { tracks: (await navigator.mediaDevices.getUserMedia(constraints)).getTracks(), failures: [] };
  } catch (cause) {
    return { tracks: [], failures: [captureError(cause)] };
  }
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
