import type { PeerId, ReconnectToken, RoomServerMessage } from "@radist-tech/protocol";
import type { IceHolder } from "@radist-tech/sockets";
import type { PeerSession } from "../socket/peer-session.ts";

/** Maximum requests of one peer that wait for the media worker. */
const MAX_QUEUED = 512;

/** A peer at its room's home, with its socket, wherever that is. */
export class LivePeer implements IceHolder {
  readonly peerId: PeerId;
  resumeToken: ReconnectToken;
  /** Missing while the socket is lost. */
  session: PeerSession | undefined;
  /** When the client was last heard on a socket that is lost, monotonic milliseconds. */
  lostAt: number | undefined;
  /** Fires when the window to resume is over. */
  expiry: NodeJS.Timeout | undefined;
  iceRenewAt = Number.POSITIVE_INFINITY;
  #handling: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(peerId: PeerId, resumeToken: ReconnectToken, session: PeerSession) {
    this.peerId = peerId;
    this.resumeToken = resumeToken;
    this.session = session;
  }

  /** When its client was last heard, monotonic milliseconds: until then the ledger counts. */
  get lastHeardAt(): number {
    return this.lostAt ?? performance.now() - (this.session?.silentMs ?? 0);
  }

  send(message: RoomServerMessage): void {
    this.session?.send(JSON.stringify(message));
  }

  /**
   * Runs the peer's requests in the order in which it sends them. `work` must not throw.
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
