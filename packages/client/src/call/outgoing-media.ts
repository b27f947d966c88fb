import type { MediaKind } from "../core/channels.ts";
import type { PeerMedia } from "./peer-media.ts";

/** What the page sends, asked for whenever a media session begins. */
export interface OutgoingMedia {
  /** The stream that all tracks are announced in, always the same: another one would be news to the other side. */
  readonly announced: MediaStream;
  /** What is sent of a kind now: the camera, or the screen in its place; the microphone, or that with the screen's sound. */
  outgoing(kind: MediaKind): MediaStreamTrack | undefined;
  /** What the other side is told of it. */
  readonly state: PeerMedia;
}
