import type { PeerId, ProjectId, RoomFeature } from "@radist-tech/protocol";
import { type Admitted, Fenced, freeSeat, keepSeat, resumeSeat, takeSeat } from "@radist-tech/rooms";
import { openMedia } from "../media/open-transports.ts";
import type { PeerMedia } from "../media/peer-media.ts";
import { asNode } from "../node/context.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import type { LiveRoom } from "./room-home.ts";

/** What a socket needs to get its place. */
export interface Entry {
  readonly projectId: ProjectId;
  /** SHA-256 of the room token, or of the resume token. */
  readonly tokenHash: Uint8Array;
  readonly features: ReadonlySet<RoomFeature>;
  /** Who comes back; missing for a newcomer. */
  readonly peerId?: PeerId;
}

/** How people come into a room: the place in the database, the media, and then the seat. */
export class Arrivals {
  readonly #room: LiveRoom;
  /** Who was kicked while somebody was on the way in; it may have been that one. */
  readonly #kicked = new Set<PeerId>();
  #underWay = 0;

  constructor(room: LiveRoom) {
    this.#room = room;
  }

  get areUnderWay(): boolean {
    return this.#underWay > 0;
  }

  kicked(peerId: PeerId): void {
    if (this.areUnderWay) this.#kicked.add(peerId);
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  async enter(session: PeerSession, { peerId, ...entry }: Entry): Promise<PeerId> {
    const room = this.#room;
    if (room.isClosed) throw new Fenced();
    this.#underWay++;
    try {
      const seated = await (peerId === undefined ? this.#join(session, entry) : this.#resume(session, entry, peerId));
      if (this.#kicked.has(seated)) room.kick(seated);
      return seated;
    } catch (error) {
      if (error instanceof Fenced) room.fenced();
      throw error;
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#kicked.clear();
      room.closeIfEmpty();
    }
  }

  async #join(session: PeerSession, { projectId, tokenHash, features }: Omit<Entry, "peerId">): Promise<PeerId> {
    const room = this.#room;
    const { connection } = room.node;
    const giveBack = ({ peerId }: Admitted) =>
      room.storing.store(() =>
        freeSeat(connection, room.claim, {
          peerId,
          reason: "withdrawn",
          lastHeardAt: Number.NEGATIVE_INFINITY,
          reuse: tokenHash,
        }),
      );
    const canResume = features.has("resume");
    const node = asNode(room.node);
    const taking = takeSeat(connection, room.claim, {
      projectId,
      tokenHash,
      canResume,
      node,
      onLate: (late) => void giveBack(late),
    });
    const [taken, opened] = await Promise.allSettled([taking, this.#openMedia()]);
    if (taken.status === "fulfilled" && opened.status === "fulfilled" && !room.isClosed) {
      room.seat(session, taken.value, features, opened.value, false);
      return taken.value.peerId;
    }
    if (opened.status === "fulfilled") opened.value.close();
    if (taken.status === "rejected") throw taken.reason;
    // First, so that the token can be used again by whoever tries at once.
    await giveBack(taken.value);
    throw opened.status === "rejected" && !room.isClosed ? opened.reason : new Fenced();
  }

  async #resume(session: PeerSession, entry: Omit<Entry, "peerId">, peerId: PeerId): Promise<PeerId> {
    const room = this.#room;
    const { projectId, tokenHash, features } = entry;
    const earlier = room.peers.get(peerId);
    const returning = (earlier?.storing ?? Promise.resolve()).then(() =>
      resumeSeat(room.node.connection, room.claim, {
        projectId,
        peerId,
        tokenHash,
        node: asNode(room.node),
        isLive: () => room.peers.has(peerId),
        onLate: (late) => this.#cameLate(late),
      }),
    );
    // A loss of the earlier socket that comes now is stored behind this, and finds the peer back.
    if (earlier) earlier.storing = returning.catch(() => {});
    const returned = await returning;
    if (room.isClosed) throw new Fenced();
    const live = room.peers.get(peerId);
    if (live) room.reseat(live, session, returned.resumeToken, features);
    else await this.#comeFromElsewhere(session, returned, features);
    return peerId;
  }

  /** The place was kept, but this home never had the peer's media: another one did. */
  async #comeFromElsewhere(
    session: PeerSession,
    returned: Admitted,
    features: ReadonlySet<RoomFeature>,
  ): Promise<void> {
    const room = this.#room;
    const { peerId } = returned;
    room.expect(peerId);
    const media = await this.#openMedia().catch((error: unknown) => {
      this.#keep(peerId);
      room.expectAgain(peerId);
      throw room.isClosed ? new Fenced() : error;
    });
    if (room.isClosed) {
      media.close();
      throw new Fenced();
    }
    // Twice at once: the other socket was faster.
    const live = room.peers.get(peerId);
    if (live) {
      media.close();
      return room.reseat(live, session, returned.resumeToken, features);
    }
    room.seat(session, returned, features, media, true);
    room.node.metrics.migrations.inc();
  }

  /** A return that was stored after its caller had given up: its socket is gone. */
  #cameLate({ peerId }: Admitted): void {
    if (!this.#room.peers.get(peerId)?.session) this.#keep(peerId);
  }

  #keep(peerId: PeerId): void {
    const { node, claim, storing } = this.#room;
    const windowMs = node.limits.RESUME_WINDOW_MS;
    void storing.store(() => keepSeat(node.connection, claim, { peerId, windowMs }));
  }

  #openMedia(): Promise<PeerMedia> {
    const { routers, node } = this.#room;
    return openMedia(routers, node.limits);
  }
}
