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

/*
 * Who is in a room, what they send, and who is told what. No media here: the room's media follows these steps.
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
  | { readonly type: "leave"; readonly peerId: PeerId; readonly reason: RoomLeftReason }
  | { readonly type: "produce"; readonly peerId: PeerId; readonly producer: ProducerInfo }
  | { readonly type: "pause" | "unpause" | "unproduce"; readonly peerId: PeerId; readonly producerId: string }
  | { readonly type: "produce-data"; readonly peerId: PeerId; readonly dataProducer: DataProducer }
  | { readonly type: "unproduce-data"; readonly peerId: PeerId; readonly dataProducerId: string }
  /** The peer's media is gone and will be built anew: what it produced is no more. */
  | { readonly type: "migrate"; readonly peerId: PeerId }
  | ({ readonly type: "announce"; readonly peerId: PeerId } & Announcement);

/** One message for some peers. */
export interface Tell {
  readonly to: readonly PeerId[];
  readonly message: RoomServerMessage;
}

export interface Step {
  readonly room: Room;
  readonly tell: readonly Tell[];
}

export const emptyRoom = (roomId: RoomId, e2ee: E2eeMode): Room => ({ roomId, e2ee, peers: new Map() });

/** Advances a room. An event of a peer that is not there, or that changes nothing, changes and tells nothing. */
export function step(room: Room, event: RoomEvent): Step {
  if (event.type === "join") return join(room, event);
  const peer = room.peers.get(event.peerId);
  if (!peer) return { room, tell: [] };
  const { peerId } = peer;
  switch (event.type) {
    case "disconnect":
      if (peer.status === "disconnected") return { room, tell: [] };
      return {
        room: withPeer(room, { ...peer, status: "disconnected" }),
        tell: say({ type: "peer-disconnected", peerId }, others(room, peerId, "presence")),
      };
    case "resume":
      return {
        room: withPeer(room, { ...peer, status: "connected", features: event.features }),
        tell:
          peer.status === "connected" ? [] : say({ type: "peer-resumed", peerId }, others(room, peerId, "presence")),
      };
    case "leave":
      return {
        room: withoutPeer(room, peerId),
        tell: say({ type: "peer-left", peerId, reason: event.reason }, others(room, peerId)),
      };
    case "produce":
      return {
        room: withPeer(room, { ...peer, producers: [...peer.producers, event.producer] }),
        tell: say({ type: "new-producer", peerId, ...event.producer }, others(room, peerId)),
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
        tell: say({ type: "new-data-producer", peerId, ...info }, audience(room, peerId, targetPeerId)),
      };
    }
    case "unproduce-data":
      return unproduceData(room, peer, [event.dataProducerId]);
    case "migrate": {
      const media = unproduce(
        room,
        peer,
        peer.producers.map(({ producerId }) => producerId),
        true,
      );
      const now = media.room.peers.get(peerId) ?? peer;
      const data = unproduceData(
        media.room,
        now,
        now.dataProducers.map(({ dataProducerId }) => dataProducerId),
      );
      return { room: data.room, tell: [...media.tell, ...data.tell] };
    }
    case "announce": {
      const { publicKey, keyId } = event;
      return {
        room: withPeer(room, { ...peer, announcement: { publicKey, keyId } }),
        tell: say({ type: "e2ee-peer-announced", fromPeerId: peerId, publicKey, keyId }, others(room, peerId)),
      };
    }
  }
}

function join(room: Room, { peerId, participant, features }: NewPeer): Step {
  const peer: Peer = { peerId, participant, features, status: "connected", producers: [], dataProducers: [] };
  const { identity, name, metadata } = participant;
  return {
    room: withPeer(room, peer),
    tell: say({ type: "peer-joined", peerId, identity, name, metadata }, others(room, peerId, "presence")),
  };
}

function pause(room: Room, peer: Peer, producerId: string, paused: boolean): Step {
  const known = peer.producers.find((producer) => producer.producerId === producerId);
  if (!known || (known.paused ?? false) === paused) return { room, tell: [] };
  const producers = peer.producers.map((producer) => (producer === known ? { ...producer, paused } : producer));
  const type = paused ? "producer-paused" : "producer-resumed";
  return {
    room: withPeer(room, { ...peer, producers }),
    tell: say({ type, peerId: peer.peerId, producerId }, others(room, peer.peerId, "media")),
  };
}

function unproduce(room: Room, peer: Peer, producerIds: readonly string[], migrating = false): Step {
  const gone = peer.producers.filter(({ producerId }) => producerIds.includes(producerId));
  return {
    room: withPeer(room, { ...peer, producers: peer.producers.filter((producer) => !gone.includes(producer)) }),
    tell: gone.flatMap(({ producerId }) =>
      say(
        { type: "producer-closed", peerId: peer.peerId, producerId, ...(migrating && { migrating }) },
        others(room, peer.peerId, "media"),
      ),
    ),
  };
}

function unproduceData(room: Room, peer: Peer, ids: readonly string[]): Step {
  const gone = peer.dataProducers.filter(({ dataProducerId }) => ids.includes(dataProducerId));
  return {
    room: withPeer(room, { ...peer, dataProducers: peer.dataProducers.filter((producer) => !gone.includes(producer)) }),
    tell: gone.flatMap(({ dataProducerId, targetPeerId }) =>
      say(
        { type: "data-producer-closed", peerId: peer.peerId, dataProducerId },
        audience(room, peer.peerId, targetPeerId),
      ),
    ),
  };
}

/** The others in the room that can hear now, of those only who asked for a feature's messages. */
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

const say = (message: RoomServerMessage, to: readonly PeerId[]): Tell[] => (to.length === 0 ? [] : [{ to, message }]);

const withPeer = (room: Room, peer: Peer): Room => ({ ...room, peers: new Map(room.peers).set(peer.peerId, peer) });

function withoutPeer(room: Room, peerId: PeerId): Room {
  const peers = new Map(room.peers);
  peers.delete(peerId);
  return { ...room, peers };
}

/** Whether a peer sends and takes RED. Where all media is encrypted, nobody could unpack it for those who do not. */
export const canRed = (room: Room, peerId: PeerId): boolean =>
  room.e2ee !== "required" && (room.peers.get(peerId)?.features.has("red") ?? false);

/** Why a peer may not publish now; nothing when it may. */
export function refusesToPublish(room: Room, { participant, announcement }: Peer): ErrorCode | undefined {
  if (!participant.canPublish) return "not_allowed";
  return room.e2ee === "required" && !announcement ? "e2ee_required" : undefined;
}
