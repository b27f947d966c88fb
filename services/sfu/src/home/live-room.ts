import { isUnavailable } from "@radist-tech/db";
import {
  type E2eeMode,
  ERRORS,
  type ErrorCode,
  type PeerId,
  type ProjectId,
  Refusal,
  type RoomClientMessage,
  type RoomFeature,
  type RoomLeftReason,
  type RoomServerMessage,
  type RtpCapabilities,
  type SessionId,
} from "@radist-tech/protocol";
import { Demand } from "../media/demand.ts";
import { PeerMedia } from "../media/peer-media.ts";
import { Routers } from "../media/routers.ts";
import { Speakers } from "../media/speakers.ts";
import type { MediaWorker } from "../media/workers.ts";
import { asNode, type NodeContext } from "../node/context.ts";
import { answer } from "../requests/answer.ts";
import { emptyRoom, type Peer, type Room, type RoomEvent, step, type Tell } from "../rooms/room.ts";
import { announcementsFor, existingPeers } from "../rooms/snapshot.ts";
import { LivePeer } from "./live-peer.ts";
import {
  type Admitted,
  Fenced,
  freePlace,
  type HomeClaim,
  keepPlace,
  type Returned,
  returnToPlace,
  takePlace,
} from "./places.ts";
import type { PeerSession } from "./session.ts";

/** Pause before what found the database away is stored again, milliseconds. */
const RETRY_MS = 500;

/** How long a newcomer waits for a media worker, milliseconds. */
const WORKER_MS = 5_000;

export interface LiveRoomOptions {
  readonly claim: HomeClaim;
  readonly projectId: ProjectId;
  readonly e2ee: E2eeMode;
  readonly maxParticipants: number | null;
  /** It is over here. `left`: who was in it until now; missing when another claim came after. */
  readonly onClosed: (room: LiveRoom, left: readonly PeerId[] | undefined) => void;
}

interface Joining {
  readonly projectId: ProjectId;
  readonly tokenHash: Uint8Array;
  readonly features: ReadonlySet<RoomFeature>;
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
  readonly #options: LiveRoomOptions;
  #room: Room;
  #entering = 0;
  #isClosed = false;
  readonly #storing = new Set<Promise<void>>();

  constructor(node: NodeContext, options: LiveRoomOptions) {
    const { claim, projectId, e2ee } = options;
    this.node = node;
    this.claim = claim;
    this.projectId = projectId;
    this.#options = options;
    this.#room = emptyRoom(claim.roomId, e2ee);
    this.routers = new Routers(node.workers(), node.limits.CONSUMERS_PER_WORKER);
    this.demand = new Demand((peerId, message) => this.deliver({ to: [peerId], message }));
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
  join(session: PeerSession, { projectId, tokenHash, features }: Joining): Promise<PeerId> {
    return this.#enter(async () => {
      const { connection } = this.node;
      const node = asNode(this.node);
      const giveBack = ({ peerId }: Admitted) =>
        this.#store((agoMs) => this.#free(peerId, "withdrawn", agoMs, tokenHash));
      const canResume = features.has("resume");
      const taking = takePlace(connection, this.claim, { projectId, tokenHash, canResume, node, onLate: giveBack });
      const [taken, opened] = await Promise.allSettled([taking, this.#openMedia()]);
      if (taken.status === "rejected" || opened.status === "rejected" || this.#isClosed) {
        if (opened.status === "fulfilled") opened.value.close();
        if (taken.status === "fulfilled") giveBack(taken.value);
        throw taken.status === "rejected" ? taken.reason : opened.status === "rejected" ? opened.reason : new Fenced();
      }
      this.#seat(session, taken.value, features, opened.value, false);
      return taken.value.peerId;
    });
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  resume(
    session: PeerSession,
    { projectId, tokenHash, features, peerId }: Joining & { readonly peerId: PeerId },
  ): Promise<PeerId> {
    return this.#enter(async () => {
      const { connection } = this.node;
      await this.peers.get(peerId)?.storing;
      const returned = await returnToPlace(connection, this.claim, {
        projectId,
        peerId,
        tokenHash,
        node: asNode(this.node),
        isLive: () => this.peers.has(peerId),
        onLate: (late) => this.#cameLate(late),
      });
      if (this.#isClosed) throw new Fenced();
      const live = this.peers.get(peerId);
      if (live) this.#resumeLive(live, session, returned, features);
      else await this.#reseat(session, returned, features);
      return peerId;
    });
  }

  /** What a client says, read by the schema before. */
  hear(peerId: PeerId, sessionId: SessionId, message: RoomClientMessage): void {
    const peer = this.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    peer.enqueue(async () => {
      if (peer.session?.id === sessionId) await answer(this, peer, message);
    });
  }

  /** A socket was lost. */
  lost(peerId: PeerId, sessionId: SessionId): void {
    const peer = this.peers.get(peerId);
    if (peer?.session?.id !== sessionId) return;
    peer.session = undefined;
    peer.lostAt = performance.now();
    const windowMs = this.node.limits.RESUME_WINDOW_MS;
    if (!this.peer(peerId).features.has("resume") || windowMs === 0) return this.leave(peer, "disconnected");
    this.apply({ type: "disconnect", peerId });
    this.#storeOf(peer, () => keepPlace(this.node.connection, this.claim, { peerId, windowMs }));
    peer.expiry = setTimeout(() => this.leave(peer, "expired"), windowMs);
  }

  /** Takes a peer out for good; what it produced ends with it. */
  leave(peer: LivePeer, reason: RoomLeftReason): void {
    const { peerId, lostAt } = peer;
    if (this.peers.get(peerId) !== peer) return;
    this.peers.delete(peerId);
    clearTimeout(peer.expiry);
    peer.media?.close();
    this.apply({ type: "leave", peerId, reason });
    const leftAt = lostAt ?? performance.now();
    this.#storeOf(peer, () => this.#free(peerId, reason, performance.now() - leftAt));
    this.#closeIfEmpty();
  }

  kick(peerId: PeerId): void {
    const peer = this.peers.get(peerId);
    if (!peer) return;
    peer.session?.end(ERRORS.kicked.close, "kicked");
    this.leave(peer, "kicked");
  }

  /** The room ended for all. */
  end(): void {
    const left = this.#dismiss("room_terminated");
    for (const peer of left) this.#storeOf(peer, () => this.#free(peer.peerId, "terminated", 0));
    this.#close([]);
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
    this.#close(this.#dismiss("unavailable").map(({ peerId }) => peerId));
  }

  /** A worker died: the peers that it carried get new transports, here, and publish again. */
  workerDied(worker: MediaWorker): void {
    this.routers.forget(worker);
    const struck = [...this.peers.values()].filter(({ media }) => media?.place.on === worker);
    for (const peer of struck) {
      peer.media = undefined;
      this.apply({ type: "migrate", peerId: peer.peerId });
    }
    this.speakers.reset();
    for (const peer of struck) {
      // While its socket is lost nobody would hear of the new transports: it gets them when it is back.
      if (peer.session) this.#rebuild(peer);
    }
  }

  /** Resolves when all that is under way is stored. */
  async stored(): Promise<void> {
    while (this.#storing.size > 0) await Promise.all(this.#storing);
  }

  async #enter(work: () => Promise<PeerId>): Promise<PeerId> {
    if (this.#isClosed) throw new Fenced();
    this.#entering++;
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fenced) this.fenced();
      throw error;
    } finally {
      this.#entering--;
      this.#closeIfEmpty();
    }
  }

  #seat(
    session: PeerSession,
    { peerId, participant, resumeToken }: Admitted,
    features: ReadonlySet<RoomFeature>,
    media: PeerMedia,
    migrated: boolean,
  ): void {
    const peer = new LivePeer(peerId, resumeToken, session, media);
    this.peers.set(peerId, peer);
    this.apply({ type: "join", peerId, participant, features });
    this.#tellJoined(peer, media, migrated);
    this.speakers.listen();
  }

  #tellJoined(peer: LivePeer, media: PeerMedia, migrated: boolean): void {
    const { peerId } = peer;
    const { roomId, e2ee } = this.#room;
    const { canPublish, canSubscribe } = this.peer(peerId).participant;
    peer.tell({
      type: "room-joined",
      roomId,
      peerId,
      sendTransport: media.parameters(media.send),
      recvTransport: media.parameters(media.recv),
      existingPeers: existingPeers(this.#room, peerId),
      routerRtpCapabilities: media.place.router.rtpCapabilities as RtpCapabilities,
      resumeToken: peer.resumeToken,
      iceServers: this.node.limits.ICE_SERVERS,
      maxParticipants: this.#options.maxParticipants,
      e2ee,
      canPublish,
      canSubscribe,
      ...(migrated && { migrated }),
    });
    for (const tell of announcementsFor(this.#room, peerId)) this.deliver(tell);
  }

  #resumeLive(
    peer: LivePeer,
    session: PeerSession,
    { resumeToken }: Returned,
    features: ReadonlySet<RoomFeature>,
  ): void {
    peer.session?.end(ERRORS.superseded.close, "superseded");
    clearTimeout(peer.expiry);
    peer.session = session;
    peer.lostAt = undefined;
    peer.resumeToken = resumeToken;
    this.apply({ type: "resume", peerId: peer.peerId, features });
    if (peer.media) peer.tell(this.#resumed(peer, peer.media));
    else this.#rebuild(peer);
  }

  #resumed({ peerId, resumeToken }: LivePeer, media: PeerMedia): RoomServerMessage {
    const { producers, dataProducers } = this.peer(peerId);
    return {
      type: "room-resumed",
      roomId: this.claim.roomId,
      peerId,
      existingPeers: existingPeers(this.#room, peerId),
      producers: [...producers],
      consumers: [...media.consumers].map(([consumerId, { consumer, isPaused }]) => ({
        consumerId,
        producerId: consumer.producerId,
        paused: isPaused,
      })),
      dataProducers: dataProducers.map(({ targetPeerId: _target, ...info }) => info),
      dataConsumers: [...media.dataConsumers].map(([dataConsumerId, { dataProducerId }]) => ({
        dataConsumerId,
        dataProducerId,
      })),
      resumeToken,
      iceServers: this.node.limits.ICE_SERVERS,
    };
  }

  /** The place was kept, but this home never had the peer's media: another one did. */
  async #reseat(session: PeerSession, returned: Returned, features: ReadonlySet<RoomFeature>): Promise<void> {
    const { peerId } = returned;
    const { limits, connection, metrics } = this.node;
    try {
      this.#seat(session, returned, features, await this.#openMedia(), true);
      metrics.migrations.inc();
    } catch (error) {
      this.#store(() => keepPlace(connection, this.claim, { peerId, windowMs: limits.RESUME_WINDOW_MS }));
      throw error;
    }
  }

  #rebuild(peer: LivePeer): void {
    const { logger, metrics } = this.node;
    const { roomId } = this.claim;
    this.#openMedia().then(
      (media) => {
        if (this.peers.get(peer.peerId) !== peer || peer.media) return media.close();
        peer.media = media;
        metrics.migrations.inc();
        this.#tellJoined(peer, media, true);
      },
      (error: unknown) => {
        logger.error({ err: error, roomId, peerId: peer.peerId }, "a peer's media could not be built anew");
        // Its client comes back, and finds what there is then.
        peer.session?.end(ERRORS.unavailable.close, "unavailable");
      },
    );
  }

  async #openMedia(): Promise<PeerMedia> {
    const { limits } = this.node;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Refusal("unavailable")), WORKER_MS);
    });
    const open = async (): Promise<PeerMedia> =>
      PeerMedia.open(await this.routers.place(), {
        announced: limits.MEDIA_ANNOUNCED_ADDRESS,
        maxIncomingBitrate: limits.MAX_INCOMING_BITRATE,
      });
    try {
      return await Promise.race([open(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A return that was stored after its caller had given up: its socket is gone. */
  #cameLate({ peerId }: Returned): void {
    const { limits, connection } = this.node;
    if (this.peers.get(peerId)?.session) return;
    this.#store(() => keepPlace(connection, this.claim, { peerId, windowMs: limits.RESUME_WINDOW_MS }));
  }

  #free(peerId: PeerId, reason: string, agoMs: number, reuse?: Uint8Array): Promise<void> {
    return freePlace(this.node.connection, this.claim, { peerId, reason, agoMs, reuse });
  }

  #storeOf(peer: LivePeer, work: () => Promise<void>): void {
    const { storing } = peer;
    peer.storing = this.#store(() => storing.then(work));
  }

  /** Stores, again while the database is away. If this node dies meanwhile, its lease tells. */
  #store(work: (agoMs: number) => Promise<void>): Promise<void> {
    const { logger } = this.node;
    const since = performance.now();
    const attempt = async (): Promise<void> => {
      for (;;) {
        try {
          return await work(performance.now() - since);
        } catch (error) {
          if (error instanceof Fenced) return this.fenced();
          if (!isUnavailable(error)) {
            return logger.error({ err: error, roomId: this.claim.roomId }, "a change of a room was not stored");
          }
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    };
    const storing = attempt().finally(() => this.#storing.delete(storing));
    this.#storing.add(storing);
    return storing;
  }

  #dismiss(code: ErrorCode & ("room_terminated" | "unavailable")): LivePeer[] {
    const dismissed = [...this.peers.values()];
    for (const peer of dismissed) {
      clearTimeout(peer.expiry);
      peer.session?.end(ERRORS[code].close, code);
      peer.media?.close();
    }
    this.peers.clear();
    return dismissed;
  }

  #closeIfEmpty(): void {
    if (this.#entering === 0 && this.peers.size === 0) this.#close([]);
  }

  #close(left: readonly PeerId[] | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.speakers.close();
    this.demand.close();
    this.routers.close();
    this.#options.onClosed(this, left);
  }
}
