/// <reference lib="dom" />
import type { Times } from "./stopwatch.ts";

/** What a page under test can do; each side has its own. */
export interface PageUser {
  /** Publishes a camera. Returns its producer's id, where the other side needs to be told. */
  publish(): Promise<string | undefined>;
  /** Joins, and resolves when it shows what is published. */
  join(producerId: string | undefined): Promise<Times>;
}

declare global {
  interface Window {
    user: PageUser;
  }
}

/** The URL of a fresh place in the room, from the page's own backend. */
export const freshSeat = async (): Promise<URL> => new URL(await (await fetch("seat")).text());

export async function camera(): Promise<MediaStreamTrack> {
  const constraints = { width: 640, height: 360, frameRate: 15 };
  const [track] = (await navigator.mediaDevices.getUserMedia({ video: constraints })).getVideoTracks();
  if (!track) throw new Error("There is no camera.");
  return track;
}

export function newVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, playsInline: true, muted: true, width: 640, height: 360 });
  document.body.append(video);
  return video;
}
