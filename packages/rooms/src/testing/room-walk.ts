import { type PeerId, ROOM_FEATURES, type RoomFeature } from "@radist-tech/protocol";
import fc from "fast-check";
import { type Room, type RoomEvent, type Step, step } from "../room.ts";
import { frozen, roomOf } from "./room-states.ts";

/** One move of a walk: what happens to which peer, and to which of its objects. */
interface Move {
  readonly kind: RoomEvent["type"];
  /** Index of a peer in the room; beyond them: an unknown one. */
  readonly who: number;
  /** Index of one of its objects, or of another peer; beyond them: none. */
  readonly which: number;
  readonly features: readonly RoomFeature[];
}

export interface Walked {
  readonly before: Room;
  readonly event: RoomEvent;
  readonly done: Step;
  readonly after: Room;
}

const often = <T>(weight: number, ...kinds: T[]) => ({ weight, arbitrary: fc.constantFrom(...kinds) });

/** Walks that stay interesting: there are other peers, and there is something to be notified of. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      often<RoomEvent["type"]>(5, "join", "produce"),
      often<RoomEvent["type"]>(3, "disconnect", "resume", "produce-data", "pause", "unpause", "unproduce"),
      often<RoomEvent["type"]>(2, "unproduce-data", "announce"),
      often<RoomEvent["type"]>(1, "leave", "migrate", "set-levels"),
    ),
    who: fc.oneof(often(9, 0, 1, 2, 3), often(1, 9)),
    which: fc.oneof(often(9, 0, 1), often(1, 2, 9)),
    features: fc.oneof(fc.constant([...ROOM_FEATURES]), fc.subarray<RoomFeature>([...ROOM_FEATURES])),
  }),
  { maxLength: 60, size: "max" },
);

/** Takes an empty room through the moves. Every room on the way is frozen, so that a step that changes one throws. */
export function walk(path: readonly Move[]): Walked[] {
  let room = frozen(roomOf([]));
  return path.map((move, index) => {
    const before = room;
    const event = toEvent(move, before, index);
    const done = step(before, event);
    room = frozen(done.room);
    return { before, event, done, after: room };
  });
}

const LEFT = ["left", "disconnected", "expired", "kicked", "superseded"] as const;

function toEvent({ kind: type, who, which, features }: Move, room: Room, index: number): RoomEvent {
  const peers = [...room.peers.values()];
  const peer = peers[who];
  const peerId = peer?.peerId ?? ("peer_Nobody" as PeerId);
  const others = peers.filter((other) => other !== peer);
  switch (type) {
    case "join":
      return {
        type,
        peerId: `peer_${index}` as PeerId,
        participant: { name: `No. ${index}`, canPublish: true, canSubscribe: true },
        features: new Set(features),
      };
    case "resume":
      return { type, peerId, features: new Set(features) };
    case "set-levels":
      return { type, peerId, isWanted: features.includes("levels") };
    case "disconnect":
    case "migrate":
      return { type, peerId };
    case "leave":
      return { type, peerId, reason: LEFT[which] ?? "left" };
    case "produce":
      return { type, peerId, producer: { producerId: `p${index}`, kind: "audio", paused: which === 0 } };
    case "pause":
    case "unpause":
    case "unproduce":
      return { type, peerId, producerId: peer?.producers[which]?.producerId ?? "none" };
    case "produce-data":
      return {
        type,
        peerId,
        dataProducer: { dataProducerId: `d${index}`, label: "", protocol: "", targetPeerId: others[which]?.peerId },
      };
    case "unproduce-data":
      return { type, peerId, dataProducerId: peer?.dataProducers[which]?.dataProducerId ?? "none" };
    case "announce":
      return { type, peerId, publicKey: "cHVi", keyId: index };
  }
}
