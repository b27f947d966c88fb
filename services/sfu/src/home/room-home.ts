import {
  type E2eeMode,
  ERRORS,
  type ErrorCode,
  type PeerId,
  type ProjectId,
  Refusal,
  type RoomClientMessage,
  type RoomLeftReason,
} from "@radist-tech/protocol";
import type { SessionId } from "@radist-tech/protocol/bus";
import { type Evicted, Fenced, type HomeClaim, type PendingResume } from "@radist-tech/rooms";
import { RoomMedia } from "../media/room-media.ts";
import type { MediaWorker } from "../media/workers.ts";
import type { NodeContext } from "../node/context.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import { Admissions, type Entry } from "./admissions.ts";
import { answer, refuse } from "./answer.ts";
import { Attachments } from "./attachments.ts";
import type { LivePeer } from "./live-peer.ts";
import { PendingResumes } from "./pending-resumes.ts";
import type { RoomParts } from "./room-parts.ts";
import { RoomSeats } from "./room-seats.ts";
import { RoomState } from "./room-state.ts";

/** How a room ceased to be at home here. */
export interface RoomClosed {
  readonly present: readonly LivePeer[];
  readonly reason: "moved" | "terminated";
}

export interface RoomHomeOptions {
  readonly claim: HomeClaim;
  readonly projectId: ProjectId;
  readonly e2ee: E2eeMode;
  readonly maxParticipants: number | null;
  /** Peers of an earlier home that may still resume. */
  readonly pending: readonly PendingResume[];
  /** @param closed missing when another claim came after: there is nothing to give up */
  readonly onClosed: (room: RoomHome, closed: RoomClosed | undefined) => void;
}

/** A room at its home: what happens to its peers, and to the room as a whole. */
export class RoomHome {
  readonly projectId: ProjectId;
  readonly state: RoomState;
  readonly seats: RoomSeats;
  readonly media: RoomMedia;
  readonly #parts: RoomParts;
  readonly #attachments: Attachments;
  readonly #admissions: Admissions;
  readonly #onClosed: RoomHomeOptions["onClosed"];

  constructor(node: NodeContext, options: RoomHomeOptions) {
    const { claim, projectId, maxParticipants, pending } = options;
    this.projectId = projectId;
    this.#onClosed = options.onClosed;
    this.state = stateOf(node, options);
    this.seats = new RoomSeats(node, claim, () => this.fence());
    this.media = mediaOf(node, this.state);
    this.#parts = {
      node,
      state: this.state,
      seats: this.seats,
      media: this.media,
      pending: new PendingResumes(pending, (peerId) => this.#giveUp(peerId, "expired")),
      maxParticipants,
    };
    this.#attachments = new Attachments(this.#parts);
    this.#admissions = new Admissions(this.#parts, this.#attachments, (evicted) => this.#evict(evicted));
  }

  get claim(): HomeClaim {
    return this.seats.claim;
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  async admit(session: PeerSession, entry: Entry): Promise<PeerId> {
    try {
      const { peerId, unseated } = await this.#admissions.admit(session, entry);
      if (unseated === "kicked") this.kick(peerId);
      else if (unseated) this.#evict({ peerId, reason: unseated });
      return peerId;
    } catch (error) {
      if (error instanceof Fenced) this.fence();
      throw error;
    } finally {
      this.#closeIfEmpty();
    }
  }

  /** A message of a client, validated before. */
  handle(peerId: PeerId, sessionId: SessionId, message: RoomClientMessage): void {
    const peer = this.state.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    const isQueued = peer.enqueue(async () => {
      const isLeaving = message.type === "leave-room";
      // A client that leaves may close its socket right after the message.
      const isStillHere = peer.session ? peer.session.id === sessionId : isLeaving;
      if (!isStillHere || this.state.peers.get(peerId) !== peer) return;
      await answer(this.#parts, peer, message);
      if (!isLeaving) return;
      peer.session?.end(1000);
      this.#leave(peer, "left");
    });
    if (!isQueued) refuse(this.#parts, peer, new Refusal("rate_limited"), message.requestId);
  }

  /** A socket was lost, `silentMs` after its client was last heard. */
  lost(peerId: PeerId, sessionId: SessionId, silentMs: number): void {
    const peer = this.state.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    peer.session = undefined;
    peer.lostAt = performance.now() - silentMs;
    const windowMs = this.#parts.node.limits.RESUME_WINDOW_MS;
    if (!this.state.wants(peerId, "resume") || windowMs === 0) return this.#leave(peer, "disconnected");
    this.state.apply({ type: "disconnect", peerId });
    this.seats.keep(peerId, () => !peer.session);
    peer.expiry = setTimeout(() => this.#leave(peer, "expired"), windowMs);
  }

  kick(peerId: PeerId): void {
    const peer = this.state.peers.get(peerId);
    if (this.#parts.pending.remove(peerId)) this.#giveUp(peerId, "kicked");
    if (!peer) return this.#admissions.unseat(peerId, "kicked");
    peer.session?.end(ERRORS.kicked.close, "kicked");
    this.#leave(peer, "kicked");
  }

  /** Another join took the seat of a peer that may never have heard that it had one, or has the same identity. */
  #evict({ peerId, reason }: Evicted): void {
    if (this.#parts.pending.remove(peerId)) this.#giveUp(peerId, reason);
    const peer = this.state.peers.get(peerId);
    if (!peer) return this.#admissions.unseat(peerId, reason);
    peer.session?.end(ERRORS.superseded.close, "superseded");
    this.#leave(peer, reason);
  }

  /** Resolves when it is known who lost their seats to the joins that are being stored now. */
  seatsTaken(): Promise<void> {
    return this.#admissions.taken();
  }

  /** A newcomer whose socket was never told that it was admitted: its seat and its token are free again. */
  withdraw(peerId: PeerId, tokenHash: Uint8Array): void {
    const peer = this.state.peers.get(peerId);
    if (!peer) return;
    this.#takeOut(peer, "left");
    void this.seats.giveBack(peerId, tokenHash);
    this.#closeIfEmpty();
  }

  /** Whether a peer has no socket here, and nothing is being done about it. */
  isSocketless(peerId: PeerId): boolean {
    const isHeld = this.state.peers.get(peerId)?.session !== undefined;
    return !isHeld && !this.#admissions.areAdmitting(peerId) && !this.seats.areStoring(peerId);
  }

  /** The database says that a peer is connected, and it is not. */
  dropSeat(peerId: PeerId): void {
    const peer = this.state.peers.get(peerId);
    if (peer) this.seats.keep(peerId, () => !peer.session);
    else this.seats.free(peerId, "disconnected", Number.NEGATIVE_INFINITY);
  }

  /** Whether this home has the peer, or is about to store that it comes or goes. */
  has(peerId: PeerId): boolean {
    return this.state.peers.has(peerId) || this.#admissions.areAdmitting(peerId) || this.seats.areStoring(peerId);
  }

  /** The room ended. */
  end(): void {
    this.#close({ present: this.#dismiss("room_terminated"), reason: "terminated" });
  }

  /** Another claim came after this one: clients reconnect and are routed to the new home. */
  fence(): void {
    if (this.state.isClosed) return;
    const { metrics, logger } = this.#parts.node;
    metrics.fenced.inc();
    logger.warn({ roomId: this.claim.roomId }, "a room was claimed by another node");
    this.#dismiss("unavailable");
    this.#close(undefined);
  }

  /** This node stops: clients reconnect to another one. */
  handOver(): void {
    this.#close({ present: this.#dismiss("unavailable"), reason: "moved" });
  }

  /** The peers whose media was on the worker get new transports, and publish again. */
  workerDied(worker: MediaWorker): void {
    const struck = this.media.workerDied(worker);
    for (const peerId of struck) this.state.apply({ type: "migrate", peerId });
    this.media.speakers.workerDied(worker);
    for (const peerId of struck) {
      const peer = this.state.peers.get(peerId);
      if (peer) this.#attachments.replaceMedia(peer);
    }
  }

  /** Takes a peer out for good; what it produced ends with it. */
  #leave(peer: LivePeer, reason: RoomLeftReason): void {
    const { peerId, lastHeardAt } = peer;
    if (this.state.peers.get(peerId) !== peer) return;
    this.#takeOut(peer, reason);
    this.seats.free(peerId, reason, lastHeardAt);
    this.#closeIfEmpty();
  }

  #takeOut(peer: LivePeer, reason: RoomLeftReason): void {
    const { peerId } = peer;
    this.state.peers.delete(peerId);
    clearTimeout(peer.expiry);
    // Its remaining requests are not handled any more.
    peer.session = undefined;
    this.media.detach(peerId);
    this.state.apply({ type: "leave", peerId, reason });
  }

  /** A peer of an earlier home did not resume; its session in the ledger ended there. */
  #giveUp(peerId: PeerId, reason: RoomLeftReason): void {
    this.state.apply({ type: "leave", peerId, reason });
    this.seats.free(peerId, reason, Number.NEGATIVE_INFINITY);
  }

  #dismiss(code: ErrorCode & ("room_terminated" | "unavailable")): LivePeer[] {
    const dismissed = [...this.state.peers.values()];
    for (const peer of dismissed) {
      clearTimeout(peer.expiry);
      peer.lostAt = peer.lastHeardAt;
      peer.session?.end(ERRORS[code].close, code);
    }
    this.state.peers.clear();
    return dismissed;
  }

  #closeIfEmpty(): void {
    const isEmpty = !this.#admissions.areUnderWay && this.state.peers.size === 0;
    if (isEmpty) this.#close({ present: [], reason: "moved" });
  }

  #close(closed: RoomClosed | undefined): void {
    if (this.state.isClosed) return;
    this.state.isClosed = true;
    this.#parts.pending.close();
    this.media.close();
    this.#onClosed(this, closed);
  }
}

function stateOf(node: NodeContext, { claim, e2ee, pending }: RoomHomeOptions): RoomState {
  const onFact: ConstructorParameters<typeof RoomState>[0]["onFact"] = (fact) => node.trackJournal.add(claim, fact);
  const state = new RoomState({ roomId: claim.roomId, e2ee, onFact });
  for (const { peerId, participant } of pending) {
    state.apply({ type: "join", peerId, participant, features: new Set() });
    state.apply({ type: "disconnect", peerId });
  }
  return state;
}

function mediaOf(node: NodeContext, state: RoomState): RoomMedia {
  const { limits, lease, metrics, logger } = node;
  return new RoomMedia({
    nodeId: lease.nodeId,
    workers: node.workers(),
    consumersPerWorker: limits.CONSUMERS_PER_WORKER,
    transports: { maxIncomingBitrate: limits.MAX_INCOMING_BITRATE },
    metrics,
    audience: (feature) => state.audience(feature),
    wants: (peerId, feature) => state.wants(peerId, feature),
    send: (notification) => state.send(notification),
    onTrouble: (error) =>
      logger.warn({ err: error, roomId: state.room.roomId }, "the speakers of a room are not detected"),
  });
}
