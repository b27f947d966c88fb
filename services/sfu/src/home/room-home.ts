import {
  type E2eeMode,
  ERRORS,
  type ErrorCode,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  Refusal,
  type RoomClientMessage,
  type RoomFeature,
  type RoomLeftReason,
} from "@radist-tech/protocol";
import type { SessionId } from "@radist-tech/protocol/bus";
import {
  type Admitted,
  announcementsFor,
  emptyRoom,
  freeSeat,
  type HomeClaim,
  keepSeat,
  type Peer,
  type PendingResume,
  type Room,
  type RoomEvent,
  step,
  type Tell,
} from "@radist-tech/rooms";
import { Demand } from "../media/layer-demand.ts";
import { openMedia } from "../media/open-transports.ts";
import type { PeerMedia } from "../media/peer-media.ts";
import { Routers } from "../media/room-sites.ts";
import { Speakers } from "../media/speakers.ts";
import type { MediaWorker } from "../media/workers.ts";
import type { NodeContext } from "../node/context.ts";
import { answer, refuse } from "../requests/answer.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import { Arrivals, type Entry } from "./admissions.ts";
import { LivePeer } from "./live-peer.ts";
import { Waiting } from "./pending-resumes.ts";
import { Storing } from "./retried-writes.ts";
import { roomJoined, roomResumed } from "./welcome.ts";

export interface LiveRoomOptions {
  readonly claim: HomeClaim;
  readonly projectId: ProjectId;
  readonly e2ee: E2eeMode;
  readonly maxParticipants: number | null;
  /** Those who were with an earlier home and may come back. */
  readonly pending: readonly PendingResume[];
  /** It is over here. `left`: who was in it until now; missing when another claim came after. */
  readonly onClosed: (room: LiveRoom, left: readonly LivePeer[] | undefined, reason: "moved" | "terminated") => void;
}

/** A room at its home: the pure room, the media that follows it, and the sockets that are told. */
export class LiveRoom {
  readonly claim: HomeClaim;
  readonly projectId: ProjectId;
  readonly node: NodeContext;
  readonly routers: Routers;
  readonly peers = new Map<PeerId, LivePeer>();
  readonly producerOwners = new Map<string, PeerId>();
  readonly demand: Demand;
  readonly speakers: Speakers;
  readonly storing: Storing;
  readonly #options: LiveRoomOptions;
  #room: Room;
  #isClosed = false;
  readonly #arrivals = new Arrivals(this);
  readonly #waiting: Waiting;

  constructor(node: NodeContext, options: LiveRoomOptions) {
    const { claim, projectId, e2ee, pending } = options;
    this.node = node;
    this.claim = claim;
    this.projectId = projectId;
    this.#options = options;
    this.storing = new Storing(node.logger.child({ roomId: claim.roomId }), () => this.fenced());
    this.#room = emptyRoom(claim.roomId, e2ee);
    for (const { peerId, participant } of pending) {
      this.apply({ type: "join", peerId, participant, features: new Set() });
      this.apply({ type: "disconnect", peerId });
    }
    this.#waiting = new Waiting(pending, (peerId) => this.#stopWaiting(peerId, "expired"));
    this.routers = new Routers(node.workers(), node.limits.CONSUMERS_PER_WORKER);
    this.demand = new Demand((peerId, message) => {
      if (this.#room.peers.get(peerId)?.features.has("layers")) this.deliver({ to: [peerId], message });
    });
    this.speakers = new Speakers(this);
  }

  get room(): Room {
    return this.#room;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The pure peer; a live one is always in the room. */
  peer(peerId: PeerId): Peer {
    const peer = this.#room.peers.get(peerId);
    if (!peer) throw new Error("A live peer is not in its room.");
    return peer;
  }

  apply(event: RoomEvent): void {
    const { room, tell } = step(this.#room, event);
    this.#room = room;
    for (const each of tell) this.deliver(each);
  }

  deliver({ to, message }: Tell): void {
    const frame = JSON.stringify(message);
    for (const peerId of to) this.peers.get(peerId)?.session?.tell(frame);
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  enter(session: PeerSession, entry: Entry): Promise<PeerId> {
    return this.#arrivals.enter(session, entry);
  }

  /** Seats a peer that has its place and its media. */
  seat(
    session: PeerSession,
    { peerId, participant, resumeToken }: Admitted,
    features: ReadonlySet<RoomFeature>,
    media: PeerMedia,
    migrated: boolean,
  ): void {
    const peer = new LivePeer(peerId, resumeToken, session, media);
    this.peers.set(peerId, peer);
    if (this.#room.peers.has(peerId)) this.apply({ type: "resume", peerId, features });
    else this.apply({ type: "join", peerId, participant, features });
    // Its worker may have died while the place was being taken.
    if (media.place.router.closed) this.#rebuild(peer, migrated);
    else this.#tellJoined(peer, media, migrated);
    this.speakers.listen();
    this.speakers.tellCurrent(peerId);
  }

  /** Gives a peer that is still here to another socket. */
  reseat(peer: LivePeer, session: PeerSession, resumeToken: ReconnectToken, features: ReadonlySet<RoomFeature>): void {
    peer.session?.end(ERRORS.superseded.close, "superseded");
    clearTimeout(peer.expiry);
    peer.session = session;
    peer.lostAt = undefined;
    peer.resumeToken = resumeToken;
    this.apply({ type: "resume", peerId: peer.peerId, features });
    const { media } = peer;
    if (!media) return this.#rebuild(peer, true);
    // Built anew while, or just before, the socket was lost: the client may never have heard of it.
    if (!media.isKnown) return this.#tellJoined(peer, media, true);
    peer.tell(roomResumed(this.#circumstances(peer, media)));
    this.#tellKeys(peer);
    this.demand.retell(peer.peerId);
    this.speakers.listen();
    this.speakers.tellCurrent(peer.peerId);
  }

  /** Somebody is on the way back who is waited for: its window does not run out meanwhile. */
  expect(peerId: PeerId): void {
    this.#waiting.end(peerId);
  }

  /** It could not be seated after all: the wait goes on. */
  expectAgain(peerId: PeerId): void {
    if (!this.#isClosed && this.#room.peers.has(peerId)) {
      this.#waiting.add(peerId, this.node.limits.RESUME_WINDOW_MS);
    }
  }

  /** What a client says, read by the schema before. */
  hear(peerId: PeerId, sessionId: SessionId, message: RoomClientMessage): void {
    const peer = this.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    const isQueued = peer.enqueue(async () => {
      // A client that leaves may close its socket behind the message.
      const isLeaving = message.type === "leave-room" && !peer.session && this.peers.get(peerId) === peer;
      if (peer.session?.id === sessionId || isLeaving) await answer(this, peer, message);
    });
    if (!isQueued) refuse(this, peer, new Refusal("rate_limited"), message.requestId);
  }

  /** A socket was lost, `silentMs` after its client was last heard. */
  lost(peerId: PeerId, sessionId: SessionId, silentMs: number): void {
    const peer = this.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    peer.session = undefined;
    peer.lostAt = performance.now() - silentMs;
    const windowMs = this.node.limits.RESUME_WINDOW_MS;
    if (!this.peer(peerId).features.has("resume") || windowMs === 0) return this.leave(peer, "disconnected");
    this.apply({ type: "disconnect", peerId });
    this.#storeOf(peer, async () => {
      // It may be back by the time that this can be stored.
      if (!peer.session) await keepSeat(this.node.connection, this.claim, { peerId, windowMs });
    });
    peer.expiry = setTimeout(() => this.leave(peer, "expired"), windowMs);
  }

  /** Takes a peer out for good; what it produced ends with it. */
  leave(peer: LivePeer, reason: RoomLeftReason): void {
    const { peerId, lastHeardAt } = peer;
    this.#takeOut(peer, reason, () => this.#free(peerId, reason, lastHeardAt));
  }

  #takeOut(peer: LivePeer, reason: RoomLeftReason, free: () => Promise<void>): void {
    const { peerId } = peer;
    if (this.peers.get(peerId) !== peer) return;
    this.peers.delete(peerId);
    clearTimeout(peer.expiry);
    // What it still asked for is not done any more.
    peer.session = undefined;
    peer.media?.close();
    this.apply({ type: "leave", peerId, reason });
    this.#storeOf(peer, free);
    this.closeIfEmpty();
  }

  kick(peerId: PeerId): void {
    const peer = this.peers.get(peerId);
    if (this.#waiting.end(peerId)) this.#stopWaiting(peerId, "kicked");
    if (!peer) return this.#arrivals.kicked(peerId);
    peer.session?.end(ERRORS.kicked.close, "kicked");
    this.leave(peer, "kicked");
  }

  /** A newcomer whose socket never heard that it was let in: the place and the token are free again. */
  withdraw(peerId: PeerId, tokenHash: Uint8Array): void {
    const peer = this.peers.get(peerId);
    if (!peer) return;
    const free = { peerId, reason: "withdrawn" as const, lastHeardAt: Number.NEGATIVE_INFINITY, reuse: tokenHash };
    this.#takeOut(peer, "left", () => freeSeat(this.node.connection, this.claim, free));
  }

  /** Who was with an earlier home did not come back; its session in the ledger ended there. */
  #stopWaiting(peerId: PeerId, reason: RoomLeftReason): void {
    this.apply({ type: "leave", peerId, reason });
    void this.storing.store(() => this.#free(peerId, reason, Number.NEGATIVE_INFINITY));
  }

  /** The room ended for all. */
  end(): void {
    this.#close(this.#dismiss("room_terminated"), "terminated");
  }

  /** Another claim came after this one: whoever is here comes back to where that is. */
  fenced(): void {
    if (this.#isClosed) return;
    this.node.metrics.fenced.inc();
    this.node.logger.warn({ roomId: this.claim.roomId }, "a room was claimed elsewhere");
    this.#dismiss("unavailable");
    this.#close(undefined);
  }

  /** This node stops: whoever is here comes back to another one. */
  handOver(): void {
    this.#close(this.#dismiss("unavailable"));
  }

  /** A worker died: the peers that it carried get new transports, here, and publish again. */
  workerDied(worker: MediaWorker): void {
    this.routers.forget(worker);
    const struck = [...this.peers.values()].filter(({ media }) => media?.place.on === worker);
    for (const peer of struck) {
      peer.media = undefined;
      this.apply({ type: "migrate", peerId: peer.peerId });
    }
    this.speakers.workerDied(worker);
    for (const peer of struck) {
      // While its socket is lost nobody would hear of the new transports: it gets them when it is back.
      if (peer.session) this.#rebuild(peer, true);
    }
  }

  /** Resolves when all that is under way is stored. */
  stored(): Promise<void> {
    return this.storing.settled();
  }

  #tellJoined(peer: LivePeer, media: PeerMedia, migrated: boolean): void {
    const { maxParticipants } = this.#options;
    peer.tell(roomJoined(this.#circumstances(peer, media), { maxParticipants, migrated }));
    this.#tellKeys(peer);
  }

  /** Of those that were announced while it was not here. */
  #tellKeys({ peerId }: LivePeer): void {
    for (const tell of announcementsFor(this.#room, peerId)) this.deliver(tell);
  }

  #circumstances(peer: LivePeer, media: PeerMedia) {
    return { room: this.#room, peer, media, iceServers: this.node.limits.ICE_SERVERS };
  }

  #rebuild(peer: LivePeer, migrated: boolean): void {
    const { logger, metrics, limits } = this.node;
    peer.media = undefined;
    openMedia(this.routers, limits).then(
      (media) => {
        // Gone meanwhile, or struck by another death.
        if (this.peers.get(peer.peerId) !== peer || peer.media || !peer.session) return media.close();
        if (media.place.router.closed) return this.#rebuild(peer, migrated);
        media.isKnown = false;
        peer.media = media;
        metrics.migrations.inc();
        this.#tellJoined(peer, media, migrated);
      },
      (error: unknown) => {
        if (this.#isClosed) return;
        logger.error({ err: error, roomId: this.claim.roomId, peerId: peer.peerId }, "media could not be built anew");
        // Its client comes back, and finds what there is then.
        peer.session?.end(ERRORS.unavailable.close, "unavailable");
      },
    );
  }

  #free(peerId: PeerId, reason: RoomLeftReason, lastHeardAt: number): Promise<void> {
    return freeSeat(this.node.connection, this.claim, { peerId, reason, lastHeardAt });
  }

  #storeOf(peer: LivePeer, work: () => Promise<void>): void {
    const { storing } = peer;
    peer.storing = this.storing.store(() => storing.then(work));
  }

  #dismiss(code: ErrorCode & ("room_terminated" | "unavailable")): LivePeer[] {
    const dismissed = [...this.peers.values()];
    for (const peer of dismissed) {
      clearTimeout(peer.expiry);
      peer.lostAt = peer.lastHeardAt;
      peer.session?.end(ERRORS[code].close, code);
      peer.media?.close();
    }
    this.peers.clear();
    return dismissed;
  }

  closeIfEmpty(): void {
    if (!this.#arrivals.areUnderWay && this.peers.size === 0) this.#close([]);
  }

  #close(left: readonly LivePeer[] | undefined, reason: "moved" | "terminated" = "moved"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting.close();
    this.speakers.close();
    this.demand.close();
    this.routers.close();
    this.#options.onClosed(this, left, reason);
  }
}
