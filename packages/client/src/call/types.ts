import type { CallLeftReason, PeerLeftReason } from "@radist-tech/protocol";
import type { RadistError } from "../core/errors.ts";
import type { ReceivedFile } from "../core/files/incoming-file.ts";
import type { DataMessage } from "../core/framing.ts";
import type { PeerMedia } from "./peer-media.ts";
import type { SafetyNumberChange } from "./safety/safety-watch.ts";

/**
 * What lets a reloaded page return as the same peer. It lets anybody who has it take over the seat: keep it where only the
 * page's origin can read it, such as `sessionStorage`.
 */
export interface ResumeState {
  readonly callId: string;
  readonly peerId: string;
  readonly reconnectToken: string;
}

/** The two connections of a call, which fail and recover independently. */
export interface ConnectionState {
  /** The socket to the platform. `reconnecting` does not interrupt the media. */
  readonly signaling: "connecting" | "connected" | "reconnecting" | "closed";
  /**
   * The media session with the other peer, as ICE and DTLS say; `new` while there is none, and `failed` also when there has
   * been no path for 15 seconds. The connection keeps looking for one.
   */
  readonly media: RTCPeerConnectionState;
}

/** Why a connection is over: the platform's reason; `expired`, away for too long; or `failed`, see the error. */
export interface Ending {
  readonly reason: CallLeftReason | "expired" | "failed";
  readonly error?: RadistError;
}

/** What each event of a connection carries. Those marked *lasting* are also delivered to listeners attached later. */
export interface ConnectionEvents {
  /** This side's audio and video, whenever its tracks changed. Lasting. */
  localstream: MediaStream;
  /**
   * The other peer's audio and video, whenever tracks were added or removed: the same stream within a media session, and
   * another one after the other peer reloaded; an empty one when the other peer has left, so that no picture stays. Lasting.
   */
  remotestream: MediaStream;
  statechange: ConnectionState;
  /** The other peer is in the call, also when it joined first. Lasting. */
  peerjoined: { readonly peerId: string };
  /** The other peer is back after it lost its socket or reloaded. */
  peerreconnected: { readonly peerId: string };
  /** `disconnected`: it may return, and its media may still flow. `left`, `expired`: it is gone. */
  peerleft: { readonly peerId: string; readonly reason: PeerLeftReason };
  /**
   * What the other peer says of what it sends: muted, camera off, sharing its screen. Programs without this package may not
   * say. Lasting.
   */
  peermedia: PeerMedia;
  /** Screen sharing started or stopped, also when the user stopped it in the browser's own controls. */
  screenshare: { readonly active: boolean; readonly stream: MediaStream | undefined };
  /**
   * The media session has a safety number, see {@link RadistConnection.getSafetyNumber}; `isChanged` when there was another
   * one before: the other peer has reloaded its page, or another peer has taken its place, or somebody is in between. Compare
   * it again. Lasting.
   */
  safetynumber: SafetyNumberChange;
  /** `send` can be used. Lasting. */
  datachannelopen: { readonly label: string };
  datachannelclose: { readonly label: string };
  message: DataMessage;
  /** The other peer begins to send a file. */
  file: ReceivedFile;
  /** Something failed; the connection continues unless `closed` follows. Without a listener it goes to the console. */
  error: RadistError;
  /** The connection is over for good. The last event. Lasting. */
  closed: Ending;
}
