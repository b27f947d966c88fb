import type { E2eeMode, PeerId, RoomFeature, RoomId } from "@radist-tech/protocol";
import {
  emptyRoom,
  type Notification,
  type Peer,
  type Room,
  type RoomEvent,
  step,
  type TrackFact,
} from "@radist-tech/rooms";
import type { LivePeer } from "./live-peer.ts";

export interface RoomStateOptions {
  readonly roomId: RoomId;
  readonly e2ee: E2eeMode;
  readonly onFact: (fact: TrackFact) => void;
}

/** What a room is: the pure room, the sockets of its peers, and what is sent to them. */
export class RoomState {
  readonly peers = new Map<PeerId, LivePeer>();
  /** The room is no longer at home here. */
  isClosed = false;
  readonly #onFact: RoomStateOptions["onFact"];
  #room: Room;

  constructor({ roomId, e2ee, onFact }: RoomStateOptions) {
    this.#room = emptyRoom(roomId, e2ee);
    this.#onFact = onFact;
  }

  get room(): Room {
    return this.#room;
  }

  /** The pure peer. A live one is always in the room. */
  peer(peerId: PeerId): Peer {
    const peer = this.#room.peers.get(peerId);
    if (!peer) throw new Error("A live peer is not in its room.");
    return peer;
  }

  apply(event: RoomEvent): void {
    const { room, notify, facts } = step(this.#room, event);
    this.#room = room;
    for (const notification of notify) this.send(notification);
    for (const fact of facts) this.#onFact(fact);
  }

  send({ to, message }: Notification): void {
    const frame = JSON.stringify(message);
    for (const peerId of to) this.peers.get(peerId)?.session?.send(frame);
  }

  /** Whether a peer asked for the messages of a feature. */
  wants(peerId: PeerId, feature: RoomFeature): boolean {
    return this.#room.peers.get(peerId)?.features.has(feature) ?? false;
  }

  /** The connected peers that asked for the messages of a feature. */
  audience(feature: RoomFeature): PeerId[] {
    return [...this.#room.peers.values()]
      .filter(({ status, features }) => status === "connected" && features.has(feature))
      .map(({ peerId }) => peerId);
  }
}
