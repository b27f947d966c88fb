import type { MediaKind } from "../core/channels.ts";

/** What the page sends, asked for whenever a media session begins. */
export interface OutgoingMedia {
  /** The stream that the tracks are announced in. */
  readonly stream: MediaStream | undefined;
  /** What is sent of a kind now: the camera, or the screen in its place. */
  outgoing(kind: MediaKind): MediaStreamTrack | undefined;
}
