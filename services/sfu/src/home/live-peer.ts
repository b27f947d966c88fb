import type { PeerId, ReconnectToken, RoomServerMessage } from "@radist-tech/protocol";
import type { PeerMedia } from "../media/peer-media.ts";
import type { PeerSession } from "../socket/peer-session.ts";

/** So many requests of one peer may wait for the media worker. */
const MAX_QUEUED = 512;

/** A peer at its room's home: its socket, wherever that is, and its media. */
export class LivePeer {
  readonly peerId: PeerId;
  resumeToken: ReconnectToken;
  /** Missing while the socket is lost. */
  session: PeerSession | undefined;
  /** Missing while it is built anew after its worker died. */
  media: PeerMedia | undefined;
  /** When the client was last heard on a socket that is lost, monotonic milliseconds. */
  lostAt: number | undefined;
  /** Runs out with the window to resume. */
  expiry: NodeJS.Timeout | undefined;
  /** What is being stored of this peer: whoever stores next waits for it. */
  storing: Promise<unknown> = Promise.resolve();
  #handling: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(peerId: PeerId, resumeToken: ReconnectToken, session: PeerSession, media: PeerMedia) {
    this.peerId = peerId;
    this.resumeToken = resumeToken;
    this.session = session;
    this.media = media;
  }

  /** When its client was last heard, monotonic milliseconds: until then the ledger counts. */
  get lastHeardAt(): number {
    return this.lostAt ?? performance.now() - (this.session?.silentMs ?? 0);
  }

  tell(message: RoomServerMessage): void {
    this.session?.tell(JSON.stringify(message));
  }

  /**
   * Runs what the peer asks for in the order in which it asks. `work` must not throw.
   *
   * @returns whether there was room for it
   */
  enqueue(work: () => Promise<void>): boolean {
    if (this.#queued >= MAX_QUEUED) return false;
    this.#queued++;
    this.#handling = this.#handling.then(work).finally(() => this.#queued--);
    return true;
  }
}
