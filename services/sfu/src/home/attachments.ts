import { ERRORS, type RoomFeature } from "@radist-tech/protocol";
import { type Admitted, announcementsFor } from "@radist-tech/rooms";
import type { PeerMedia } from "../media/peer-media.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import { LivePeer } from "./live-peer.ts";
import type { RoomParts } from "./room-parts.ts";
import { roomJoined, roomResumed } from "./welcome.ts";

/** Attaches sockets and media to peers that have their seats, and sends them `room-joined` or `room-resumed`. */
export class Attachments {
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** A peer that is new here, with its media. */
  attach(
    session: PeerSession,
    { peerId, participant, resumeToken }: Admitted,
    features: ReadonlySet<RoomFeature>,
    media: PeerMedia,
    isMigrated: boolean,
  ): void {
    const { state, media: room } = this.#parts;
    const peer = new LivePeer(peerId, resumeToken, session);
    state.peers.set(peerId, peer);
    if (state.room.peers.has(peerId)) state.apply({ type: "resume", peerId, features });
    else state.apply({ type: "join", peerId, participant, features });
    // Its worker may have died while the seat was being taken.
    if (media.site.isClosed) this.#replaceMedia(peer, isMigrated);
    else {
      room.attach(media);
      this.#sendJoined(peer, media, isMigrated);
    }
    room.speakers.observe();
  }

  /** A peer that is still here gets another socket. */
  reattach(
    peer: LivePeer,
    session: PeerSession,
    resumeToken: LivePeer["resumeToken"],
    features: ReadonlySet<RoomFeature>,
  ): void {
    const { media: room } = this.#parts;
    const { peerId } = peer;
    this.#replaceSession(peer, session, resumeToken, features);
    const media = room.of(peerId);
    if (!media) return this.#replaceMedia(peer, true);
    // Replaced while, or just before, the socket was lost: the client may not know it.
    if (!media.isKnown) return this.#sendJoined(peer, media, true);
    peer.send(roomResumed(this.#circumstances(peer, media)));
    this.#sendAnnouncements(peer);
    room.layerDemand.resend(peerId);
    room.speakers.observe();
  }

  /** A peer that is still here gets another socket, whose client knows of nothing: what it had before is closed. */
  renew(
    peer: LivePeer,
    session: PeerSession,
    resumeToken: LivePeer["resumeToken"],
    features: ReadonlySet<RoomFeature>,
  ): void {
    const { state, media: room } = this.#parts;
    const { peerId } = peer;
    this.#replaceSession(peer, session, resumeToken, features);
    room.detach(peerId);
    state.apply({ type: "migrate", peerId });
    this.#replaceMedia(peer, false);
    room.speakers.observe();
  }

  #replaceSession(
    peer: LivePeer,
    session: PeerSession,
    resumeToken: LivePeer["resumeToken"],
    features: ReadonlySet<RoomFeature>,
  ): void {
    peer.session?.end(ERRORS.superseded.close, "superseded");
    clearTimeout(peer.expiry);
    peer.session = session;
    peer.lostAt = undefined;
    peer.resumeToken = resumeToken;
    this.#parts.state.apply({ type: "resume", peerId: peer.peerId, features });
  }

  /** The media of a peer is lost. While its socket is lost too, it gets other media when it is back. */
  replaceMedia(peer: LivePeer): void {
    if (peer.session) this.#replaceMedia(peer, true);
  }

  #replaceMedia(peer: LivePeer, isMigrated: boolean): void {
    const { node, state, media: room } = this.#parts;
    const { peerId } = peer;
    room.open(peerId).then(
      (media) => {
        // It has left, lost its socket, or got other media since.
        if (state.peers.get(peerId) !== peer || room.of(peerId) || !peer.session) return media.close();
        if (media.site.isClosed) return this.#replaceMedia(peer, isMigrated);
        media.isKnown = false;
        room.attach(media);
        node.metrics.migrations.inc();
        this.#sendJoined(peer, media, isMigrated);
      },
      (error: unknown) => {
        if (state.isClosed) return;
        const { roomId } = state.room;
        node.logger.error({ err: error, roomId, peerId }, "the media of a peer could not be replaced");
        // Its client reconnects, and finds what there is then.
        peer.session?.end(ERRORS.unavailable.close, "unavailable");
      },
    );
  }

  #sendJoined(peer: LivePeer, media: PeerMedia, isMigrated: boolean): void {
    const { maxParticipants } = this.#parts;
    peer.send(roomJoined(this.#circumstances(peer, media), { maxParticipants, isMigrated }));
    this.#sendAnnouncements(peer);
  }

  /** The keys that others announced while the peer was not here, and who speaks now. */
  #sendAnnouncements({ peerId }: LivePeer): void {
    const { state, media } = this.#parts;
    for (const notification of announcementsFor(state.room, peerId)) state.send(notification);
    media.speakers.sendCurrent(peerId);
  }

  #circumstances(peer: LivePeer, media: PeerMedia) {
    const { state, node } = this.#parts;
    return { room: state.room, peer, media, iceServers: node.ice.issue(peer) };
  }
}
