import type {
  DataProducerInfo,
  E2eeMode,
  ErrorCode,
  Participant,
  PeerId,
  ProducerInfo,
  RoomFeature,
  RoomId,
  RoomLeftReason,
  RoomServerMessage,
} from "@radist-tech/protocol";
import type { Track, TrackFact } from "./seats/record.ts";

/*
 * Who is in a room, what they send, and who is notified of what. No media here: the room's media follows these steps.
 *
 *   (outside) ──join──▶ connected ──disconnect──▶ disconnected ──resume──▶ connected
 *       ▲                   │ leave                    │ leave
 *       └───────────────────┴──────────────────────────┘
 *
 * A peer that cannot resume goes from connected to outside when its socket is lost.
 */

export interface Announcement {
  readonly publicKey: string;
  readonly keyId: number | string;
}

/** A data channel, to all or to one peer alone. */
export type DataProducer = DataProducerInfo & { readonly targetPeerId?: PeerId | undefined };

export interface Peer {
  readonly peerId: PeerId;
  readonly participant: Participant;
  readonly features: ReadonlySet<RoomFeature>;
  readonly status: "connected" | "disconnected";
  /** The last public key and key id that the peer announced, for newcomers. */
  readonly announcement?: Announcement;
  readonly producers: readonly ProducerInfo[];
  readonly dataProducers: readonly DataProducer[];
}

export interface Room {
  readonly roomId: RoomId;
  readonly e2ee: E2eeMode;
  readonly peers: ReadonlyMap<PeerId, Peer>;
}

export type NewPeer = Pick<Peer, "peerId" | "participant" | "features">;

export type RoomEvent =
  | ({ readonly type: "join" } & NewPeer)
  | { readonly type: "disconnect"; readonly peerId: PeerId }
  | { readonly type: "resume"; readonly peerId: PeerId; readonly features: ReadonlySet<RoomFeature> }
  /** A connected peer is sent the audio levels from now on, or no longer. */
  | { readonly type: "set-levels"; readonly peerId: PeerId; readonly isWanted: boolean }
  | { readonly type: "leave"; readonly peerId: PeerId; readonly reason: RoomLeftReason }
  | { readonly type: "produce"; readonly peerId: PeerId; readonly producer: ProducerInfo }
  | { readonly type: "pause" | "unpause" | "unproduce"; readonly peerId: PeerId; readonly producerId: string }
  | { readonly type: "produce-data"; readonly peerId: PeerId; readonly dataProducer: DataProducer }
  | { readonly type: "unproduce-data"; readonly peerId: PeerId; readonly dataProducerId: string }
  /** The peer's media was lost and is about to be replaced: its producers are closed. */
  | { readonly type: "migrate"; readonly peerId: PeerId }
  | ({ readonly type: "announce"; readonly peerId: PeerId } & Announcement);

/** One message to some peers. */
export interface Notification {
  readonly to: readonly PeerId[];
  readonly message: RoomServerMessage;
}

export interface Step {
  readonly room: Room;
  readonly notify: readonly Notification[];
  /** What became true of tracks; everything else that is a fact is one in the database first. */
  readonly facts: readonly TrackFact[];
}

export const emptyRoom = (roomId: RoomId, e2ee: E2eeMode): Room => ({ roomId, e2ee, peers: new Map() });

/** Advances a room. An event of a peer that is not in it, or that changes nothing, notifies nobody. */
export function step(room: Room, event: RoomEvent): Step {
  if (event.type === "join") return join(room, event);
  const peer = room.peers.get(event.peerId);
  if (!peer) return unchanged(room);
  const { peerId } = peer;
  switch (event.type) {
    case "disconnect":
      if (peer.status === "disconnected") return unchanged(room);
      return {
        room: withPeer(room, { ...peer, status: "disconnected" }),
        notify: message({ type: "peer-disconnected", peerId }, others(room, peerId, "presence")),
        facts: [],
      };
    case "resume":
      return {
        room: withPeer(room, { ...peer, status: "connected", features: event.features }),
        notify:
          peer.status === "connected"
            ? []
            : message({ type: "peer-resumed", peerId }, others(room, peerId, "presence")),
        facts: [],
      };
    case "set-levels": {
      if (peer.features.has("levels") === event.isWanted) return unchanged(room);
      const features = new Set(peer.features);
      if (event.isWanted) features.add("levels");
      else features.delete("levels");
      return { room: withPeer(room, { ...peer, features }), notify: [], facts: [] };
    }
    case "leave":
      return {
        room: withoutPeer(room, peerId),
        notify: message({ type: "peer-left", peerId, reason: event.reason }, others(room, peerId)),
        facts: peer.producers.map((producer) => unpublished(peerId, producer, "left")),
      };
    case "produce":
      return {
        room: withPeer(room, { ...peer, producers: [...peer.producers, event.producer] }),
        notify: message({ type: "new-producer", peerId, ...event.producer }, others(room, peerId)),
        facts: [{ type: "room.track_published", data: trackOf(peerId, event.producer) }],
      };
    case "pause":
    case "unpause":
      return pause(room, peer, event.producerId, event.type === "pause");
    case "unproduce":
      return unproduce(room, peer, [event.producerId]);
    case "produce-data": {
      const { targetPeerId, ...info } = event.dataProducer;
      return {
        room: withPeer(room, { ...peer, dataProducers: [...peer.dataProducers, event.dataProducer] }),
        notify: message({ type: "new-data-producer", peerId, ...info }, audience(room, peerId, targetPeerId)),
        facts: [],
      };
    }
    case "unproduce-data":
      return unproduceData(room, peer, [event.dataProducerId]);
    case "migrate": {
      const media = unproduce(
        room,
        peer,
        peer.producers.map(({ producerId }) => producerId),
        "migrated",
      );
      const now = media.room.peers.get(peerId) ?? peer;
      const data = unproduceData(
        media.room,
        now,
        now.dataProducers.map(({ dataProducerId }) => dataProducerId),
      );
      return { room: data.room, notify: [...media.notify, ...data.notify], facts: media.facts };
    }
    case "announce": {
      const { publicKey, keyId } = event;
      return {
        room: withPeer(room, { ...peer, announcement: { publicKey, keyId } }),
        notify: message({ type: "e2ee-peer-announced", fromPeerId: peerId, publicKey, keyId }, others(room, peerId)),
        facts: [],
      };
    }
  }
}

function join(room: Room, { peerId, participant, features }: NewPeer): Step {
  const peer: Peer = { peerId, participant, features, status: "connected", producers: [], dataProducers: [] };
  const { identity, name, metadata } = participant;
  return {
    room: withPeer(room, peer),
    notify: message({ type: "peer-joined", peerId, identity, name, metadata }, others(room, peerId, "presence")),
    facts: [],
  };
}

function pause(room: Room, peer: Peer, producerId: string, paused: boolean): Step {
  const known = peer.producers.find((producer) => producer.producerId === producerId);
  if (!known || (known.paused ?? false) === paused) return unchanged(room);
  const producers = peer.producers.map((producer) => (producer === known ? { ...producer, paused } : producer));
  const type = paused ? "producer-paused" : "producer-resumed";
  return {
    room: withPeer(room, { ...peer, producers }),
    notify: message({ type, peerId: peer.peerId, producerId }, others(room, peer.peerId, "media")),
    facts: [],
  };
}

function unproduce(
  room: Room,
  peer: Peer,
  producerIds: readonly string[],
  reason: "unpublished" | "migrated" = "unpublished",
): Step {
  const { peerId } = peer;
  const gone = peer.producers.filter(({ producerId }) => producerIds.includes(producerId));
  const migrating = reason === "migrated" && { migrating: true };
  return {
    room: withPeer(room, { ...peer, producers: peer.producers.filter((producer) => !gone.includes(producer)) }),
    notify: gone.flatMap(({ producerId }) =>
      message({ type: "producer-closed", peerId, producerId, ...migrating }, others(room, peerId, "media")),
    ),
    facts: gone.map((producer) => unpublished(peerId, producer, reason)),
  };
}

function unproduceData(room: Room, peer: Peer, ids: readonly string[]): Step {
  const gone = peer.dataProducers.filter(({ dataProducerId }) => ids.includes(dataProducerId));
  return {
    room: withPeer(room, { ...peer, dataProducers: peer.dataProducers.filter((producer) => !gone.includes(producer)) }),
    notify: gone.flatMap(({ dataProducerId, targetPeerId }) =>
      message(
        { type: "data-producer-closed", peerId: peer.peerId, dataProducerId },
        audience(room, peer.peerId, targetPeerId),
      ),
    ),
    facts: [],
  };
}

/** The other peers that are connected, and asked for the messages of a feature. */
export function others(room: Room, peerId: PeerId, feature?: RoomFeature): PeerId[] {
  const to: PeerId[] = [];
  for (const other of room.peers.values()) {
    if (other.peerId === peerId || other.status !== "connected") continue;
    if (feature === undefined || other.features.has(feature)) to.push(other.peerId);
  }
  return to;
}

const audience = (room: Room, peerId: PeerId, target: PeerId | undefined): PeerId[] =>
  others(room, peerId, "data").filter((other) => target === undefined || other === target);

const unchanged = (room: Room): Step => ({ room, notify: [], facts: [] });

const message = (message: RoomServerMessage, to: readonly PeerId[]): Notification[] =>
  to.length === 0 ? [] : [{ to, message }];

const trackOf = (peerId: PeerId, { producerId, kind }: ProducerInfo): Track => ({ peerId, producerId, kind });

const unpublished = (
  peerId: PeerId,
  producer: ProducerInfo,
  reason: "unpublished" | "left" | "migrated",
): TrackFact => ({ type: "room.track_unpublished", data: { ...trackOf(peerId, producer), reason } });

const withPeer = (room: Room, peer: Peer): Room => ({ ...room, peers: new Map(room.peers).set(peer.peerId, peer) });

function withoutPeer(room: Room, peerId: PeerId): Room {
  const peers = new Map(room.peers);
  peers.delete(peerId);
  return { ...room, peers };
}

/** Whether a peer sends and receives RED. Encrypted media could not be unpacked for the peers that do not. */
export const canRed = (room: Room, peerId: PeerId): boolean =>
  room.e2ee !== "required" && (room.peers.get(peerId)?.features.has("red") ?? false);

/** Why a peer may not publish now; nothing when it may. */
export function refusesToPublish(room: Room, { participant, announcement }: Peer): ErrorCode | undefined {
  if (!participant.canPublish) return "not_allowed";
  return room.e2ee === "required" && !announcement ? "e2ee_required" : undefined;
}
