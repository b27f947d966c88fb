import { isUnavailable } from "@radist-tech/db";
import { newPeerId, type PeerId, type RoomFeature } from "@radist-tech/protocol";
import { type Admitted, type Evicted, Fenced, type Joined } from "@radist-tech/rooms";
import type { PeerSession } from "../socket/peer-session.ts";
import type { Attachments } from "./attachments.ts";
import type { RoomParts } from "./room-parts.ts";
import type { Credentials } from "./room-seats.ts";

/** What a socket needs to be admitted. */
export interface Entry extends Credentials {
  readonly features: ReadonlySet<RoomFeature>;
  /** The peer that resumes; missing for a newcomer. */
  readonly peerId?: PeerId;
  /** It resumes on a page that has nothing of its media. */
  readonly needsTransports?: boolean;
}

/** Why a peer has no seat any more. */
type Unseated = Evicted["reason"] | "kicked";

interface AdmittedPeer {
  readonly peerId: PeerId;
  /** It lost its seat while it was being admitted. */
  readonly unseated: Unseated | undefined;
}

/** How peers come into a room: the seat in the database and the media at once, then the socket is attached. */
export class Admissions {
  readonly #parts: RoomParts;
  readonly #attachments: Attachments;
  readonly #onEvicted: (evicted: Evicted) => void;
  /** Peers that lost their seats while some were being admitted: they may be among those. */
  readonly #unseated = new Map<PeerId, Unseated>();
  readonly #admitting = new Set<PeerId>();
  /** Seats that are being taken, until it is known who lost theirs. */
  readonly #taking = new Set<Promise<unknown>>();
  #underWay = 0;

  /** @param onEvicted called with a peer that lost its seat to another join */
  constructor(parts: RoomParts, attachments: Attachments, onEvicted: (evicted: Evicted) => void) {
    this.#onEvicted = onEvicted;
    this.#parts = parts;
    this.#attachments = attachments;
  }

  get areUnderWay(): boolean {
    return this.#underWay > 0;
  }

  areAdmitting(peerId: PeerId): boolean {
    return this.#admitting.has(peerId);
  }

  /** A peer that is not attached lost its seat. The first reason counts: that the seat is missing is found later. */
  unseat(peerId: PeerId, reason: Unseated): void {
    if (this.areUnderWay && !this.#unseated.has(peerId)) this.#unseated.set(peerId, reason);
  }

  /** Resolves when it is known who lost their seats to the joins that are being stored now. */
  async taken(): Promise<void> {
    await Promise.allSettled(this.#taking);
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  async admit(session: PeerSession, entry: Entry): Promise<AdmittedPeer> {
    this.#assertOpen();
    this.#underWay++;
    const { peerId: known, ...credentials } = entry;
    const expected = known ?? newPeerId();
    this.#admitting.add(expected);
    try {
      const peerId = await (known === undefined
        ? this.#join(session, credentials, expected)
        : this.#resume(session, credentials, expected));
      return { peerId, unseated: this.#unseated.get(peerId) };
    } finally {
      this.#admitting.delete(expected);
      this.#underWay--;
      if (this.#underWay === 0) this.#unseated.clear();
    }
  }

  async #join(session: PeerSession, entry: Entry, peerId: PeerId): Promise<PeerId> {
    const { seats, media, state } = this.#parts;
    const { features, tokenHash } = entry;
    const [taken, opened] = await Promise.allSettled([this.#takeSeat(peerId, entry), media.open(peerId)]);
    if (taken.status === "fulfilled" && !state.isClosed) {
      if (taken.value.isAgain) {
        // Transports for a newcomer, who this is not.
        if (opened.status === "fulfilled") opened.value.close();
        return this.#joinAgain(session, taken.value, features);
      }
      if (opened.status === "fulfilled") {
        this.#attachments.attach(session, taken.value, features, opened.value, false);
        return peerId;
      }
    }
    if (opened.status === "fulfilled") opened.value.close();
    if (taken.status === "rejected") {
      // It may have been stored all the same, if only the answer to the COMMIT was lost.
      if (isUnavailable(taken.reason)) void seats.giveBack(peerId, tokenHash);
      throw taken.reason;
    }
    // First, so that the token can be used again at once.
    if (!taken.value.isAgain) await seats.giveBack(peerId, tokenHash);
    throw opened.status === "rejected" && !state.isClosed ? opened.reason : new Fenced();
  }

  async #takeSeat(peerId: PeerId, entry: Entry): Promise<Joined> {
    const { seats, state } = this.#parts;
    const taking = seats.take(peerId, entry, {
      canResume: entry.features.has("resume"),
      isLive: (earlier) => state.peers.has(earlier),
      onLateAgain: (earlier) => this.#keepUnlessAttached(earlier),
      onLateEvicted: this.#onEvicted,
    });
    const evicting = taking.then(({ evicted }) => {
      if (!state.isClosed) for (const peer of evicted) this.#onEvicted(peer);
    });
    this.#taking.add(evicting);
    await evicting.finally(() => this.#taking.delete(evicting));
    return taking;
  }

  /** The peer is known, and its client is not: it gets transports that nobody has used. */
  async #joinAgain(session: PeerSession, joined: Admitted, features: ReadonlySet<RoomFeature>): Promise<PeerId> {
    const { state } = this.#parts;
    const { peerId } = joined;
    const live = state.peers.get(peerId);
    if (live) this.#attachments.renew(live, session, joined.resumeToken, features);
    else await this.#attachWithoutMedia(session, joined, features, false);
    return peerId;
  }

  async #resume(session: PeerSession, entry: Entry, peerId: PeerId): Promise<PeerId> {
    const { seats, state } = this.#parts;
    const { features, needsTransports = false } = entry;
    const resuming = seats.resume(peerId, entry, {
      isLive: () => state.peers.has(peerId),
      // Its socket is gone.
      onLate: () => this.#keepUnlessAttached(peerId),
    });
    const resumed = await resuming.catch((error: unknown) => {
      // As for a join.
      if (isUnavailable(error)) this.#keepUnlessAttached(peerId);
      throw error;
    });
    this.#assertOpen();
    const live = state.peers.get(peerId);
    if (!live) await this.#attachWithoutMedia(session, resumed, features, !needsTransports);
    else if (needsTransports) this.#attachments.renew(live, session, resumed.resumeToken, features);
    else this.#attachments.reattach(live, session, resumed.resumeToken, features);
    return peerId;
  }

  /** The seat was kept, but the peer's media was at an earlier home; `isMigrated`: its client had it. */
  async #attachWithoutMedia(
    session: PeerSession,
    resumed: Admitted,
    features: ReadonlySet<RoomFeature>,
    isMigrated: boolean,
  ): Promise<void> {
    const { node, state, media: room, pending } = this.#parts;
    const { peerId } = resumed;
    // On its way: its window does not run out now.
    pending.remove(peerId);
    const media = await room.open(peerId).catch((error: unknown) => {
      this.#keepUnlessAttached(peerId);
      if (!state.isClosed && state.room.peers.has(peerId)) pending.add(peerId, node.limits.RESUME_WINDOW_MS);
      throw state.isClosed ? new Fenced() : error;
    });
    if (state.isClosed) {
      media.close();
      throw new Fenced();
    }
    // Another socket of the same peer was faster.
    const live = state.peers.get(peerId);
    if (live) {
      media.close();
      return isMigrated
        ? this.#attachments.reattach(live, session, resumed.resumeToken, features)
        : this.#attachments.renew(live, session, resumed.resumeToken, features);
    }
    this.#attachments.attach(session, resumed, features, media, isMigrated);
    if (isMigrated) node.metrics.migrations.inc();
  }

  #keepUnlessAttached(peerId: PeerId): void {
    const { seats, state } = this.#parts;
    const isLost = () => !state.peers.get(peerId)?.session;
    if (isLost()) seats.keep(peerId, isLost);
  }

  #assertOpen(): void {
    if (this.#parts.state.isClosed) throw new Fenced();
  }
}
