import type { CallLeftReason, PeerLeftReason } from "@radist-tech/protocol";
import type { RadistError } from "../core/errors.ts";
import type { DataMessage } from "../core/framing.ts";

/**
 * What lets a reloaded page return as the same peer. Whoever has it can take the seat over: keep it where the page's
 * own origin alone can read it, such as `sessionStorage`.
 */
export interface ResumeState {
  readonly callId: string;
  readonly peerId: string;
  readonly reconnectToken: string;
}

/** The two paths of a call, which fail and heal independently. */
export interface ConnectionState {
  /** The socket to the platform. `reconnecting` does not interrupt the media. */
  readonly signaling: "connecting" | "connected" | "reconnecting" | "closed";
  /** The media session with the other peer; `new` while there is none. */
  readonly media: RTCPeerConnectionState;
}

/** Why a connection is over: as the platform said; `expired`, away for too long; `failed`, see the error. */
export interface Ending {
  readonly reason: CallLeftReason | "expired" | "failed";
  readonly error?: RadistError;
}

/** What each event of a connection carries. Those marked *lasting* are also told to listeners that come later. */
export interface ConnectionEvents {
  /** The own audio and video, whenever its tracks were exchanged. Lasting. */
  localstream: MediaStream;
  /**
   * The other peer's audio and video, whenever tracks came or went: the same stream within a media session, another one
   * after the other peer reloaded. Lasting.
   */
  remotestream: MediaStream;
  statechange: ConnectionState;
  /** The other peer is in the call, also when it was there first. Lasting. */
  peerjoined: { readonly peerId: string };
  /** The other peer is back after it lost its socket, or reloaded. */
  peerreconnected: { readonly peerId: string };
  /** `disconnected`: it may come back, and its media may still flow. `left`, `expired`: it is gone. */
  peerleft: { readonly peerId: string; readonly reason: PeerLeftReason };
  /** The screen is shared, or no longer, also when the person ended it in the browser's own controls. */
  screenshare: { readonly active: boolean; readonly stream: MediaStream | undefined };
  /** `send` works from now on. Lasting. */
  datachannelopen: { readonly label: string };
  datachannelclose: { readonly label: string };
  message: DataMessage;
  /** Something failed; the connection goes on unless `closed` follows. Without a listener it goes to the console. */
  error: RadistError;
  /** The connection is over for good. The last event. Lasting. */
  closed: Ending;
}
