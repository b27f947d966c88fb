import { type MediaKind, type MediaProblem, problemOf } from "./advice.ts";

/** Which devices to open; null leaves the choice to the browser. */
export interface DeviceChoice {
  readonly audio: string | null;
  readonly video: string | null;
}

export type Captured = { track: MediaStreamTrack } | { problem: MediaProblem };

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } as const;
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const;

function constraints(kind: MediaKind, deviceId: string | null): MediaTrackConstraints {
  const wished = kind === "audio" ? AUDIO : VIDEO;
  return deviceId === null ? wished : { ...wished, deviceId: { exact: deviceId } };
}

/** Opens one device. A remembered device that is gone is replaced by the browser's choice. */
export async function capture(kind: MediaKind, deviceId: string | null): Promise<Captured> {
  // Absent outside secure contexts (W3C Media Capture, section 10.1).
  if (!navigator.mediaDevices) return { problem: "insecure" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: constraints(kind, deviceId) });
    const track = stream.getTracks()[0];
    return track ? { track } : { problem: "failed" };
  } catch (error) {
    const problem = problemOf(error);
    return problem === "missing" && deviceId !== null ? capture(kind, null) : { problem };
  }
}

/** Opens both devices with a single question to the user; each may fail without the other. */
export async function captureBoth(choice: DeviceChoice): Promise<Record<MediaKind, Captured>> {
  if (navigator.mediaDevices) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: constraints("audio", choice.audio),
        video: constraints("video", choice.video),
      });
      const [audio] = stream.getAudioTracks();
      const [video] = stream.getVideoTracks();
      if (audio && video) return { audio: { track: audio }, video: { track: video } };
    } catch {
      // One missing or refused device fails both: what follows finds out which.
    }
  }
  return { audio: await capture("audio", choice.audio), video: await capture("video", choice.video) };
}

export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** Asks for a screen or window to share. Null when the user thought better of it. */
export async function captureScreen(): Promise<MediaStreamTrack | null> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } }, audio: false });
    const [track] = stream.getVideoTracks();
    // Text must stay sharp; motion may suffer.
    if (track) track.contentHint = "detail";
    return track ?? null;
  } catch (error) {
    if (problemOf(error) === "denied") return null;
    throw error;
  }
}
