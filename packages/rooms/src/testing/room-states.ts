import {
  type E2eeMode,
  type PeerId,
  type ProducerInfo,
  ROOM_FEATURES,
  type RoomFeature,
  type RoomId,
  type RoomServerMessage,
} from "@radist-tech/protocol";
import type { DataProducer, Notification, Peer, Room } from "../room.ts";

export const ALICE = "peer_Alice" as PeerId;
export const BOB = "peer_Bob" as PeerId;
export const CAROL = "peer_Carol" as PeerId;
/** Asked for no features. */
export const PLAIN = "peer_Plain" as PeerId;
export const STRANGER = "peer_Stranger" as PeerId;

export const ALL: ReadonlySet<RoomFeature> = new Set(ROOM_FEATURES);
export const NONE: ReadonlySet<RoomFeature> = new Set();

export const roomOf = (peers: readonly Peer[], e2ee: E2eeMode = "optional"): Room => ({
  roomId: "7c9e6679-7425-40de-944b-e07fc1f90ae7" as RoomId,
  e2ee,
  peers: new Map(peers.map((peer) => [peer.peerId, peer])),
});

export const peer = (peerId: PeerId, more: Partial<Peer> = {}): Peer => ({
  peerId,
  participant: { canPublish: true, canSubscribe: true },
  features: peerId === PLAIN ? NONE : ALL,
  status: "connected",
  producers: [],
  dataProducers: [],
  ...more,
});

export const lost = (peerId: PeerId, more: Partial<Peer> = {}): Peer =>
  peer(peerId, { ...more, status: "disconnected" });

export const audio = (producerId: string, more: Partial<ProducerInfo> = {}): ProducerInfo => ({
  producerId,
  kind: "audio",
  paused: false,
  ...more,
});

export const channel = (dataProducerId: string, targetPeerId?: PeerId): DataProducer => ({
  dataProducerId,
  label: "chat",
  protocol: "",
  targetPeerId,
});

const initial = (peerId: string): string => peerId.charAt("peer_".length);

/** `A+(a v~ d>B key7)`: connected (`~` disconnected), with a producer, a paused one, a channel for Bob, and a key. */
export function describeRoom(room: Room): string {
  return [...room.peers.values()].map(describePeer).join(" ") || "empty";
}

function describePeer({ peerId, status, producers, dataProducers, announcement }: Peer): string {
  const things = [
    ...producers.map(({ producerId, paused }) => `${producerId}${paused ? "~" : ""}`),
    ...dataProducers.map(({ dataProducerId, targetPeerId }) => `${dataProducerId}${aimedAt(targetPeerId)}`),
    ...(announcement ? [`key${announcement.keyId}`] : []),
  ];
  return `${initial(peerId)}${status === "connected" ? "+" : "~"}${things.length > 0 ? `(${things.join(" ")})` : ""}`;
}

const aimedAt = (target: PeerId | undefined): string => (target === undefined ? "" : `>${initial(target)}`);

/** `BP: new-producer A a`: the recipients, then the message. */
export const describeNotification = ({ to, message }: Notification): string =>
  `${to.map(initial).join("")}: ${describe(message)}`;

function describe(message: RoomServerMessage): string {
  const { type, ...fields } = message as { type: string } & Record<string, unknown>;
  const named = ["peerId", "fromPeerId", "producerId", "dataProducerId", "keyId", "reason"]
    .map((field) => fields[field])
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map((value) => (`${value}`.startsWith("peer_") ? initial(`${value}`) : `${value}`));
  return [type, ...named].join(" ");
}

/** Freezes a room deeply, so that changing it throws. */
export function frozen(room: Room): Room {
  for (const each of room.peers.values()) deepFreeze(each);
  const peers = new Map(room.peers);
  const refuse = (): never => {
    throw new Error("A step changes the room that it was given.");
  };
  Object.assign(peers, { set: refuse, delete: refuse, clear: refuse });
  return Object.freeze({ ...room, peers });
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value) || value instanceof Set) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

/** The invariants of a room. */
export function brokenRules({ peers }: Room): string[] {
  const all = [...peers.values()];
  const ids = all.flatMap(({ producers, dataProducers }) => [
    ...producers.map(({ producerId }) => producerId),
    ...dataProducers.map(({ dataProducerId }) => dataProducerId),
  ]);
  const rules: [string, boolean][] = [
    ["a peer is filed under its own id", [...peers].every(([peerId, each]) => each.peerId === peerId)],
    ["whatever is sent is sent once", new Set(ids).size === ids.length],
    ["nobody has a channel for itself", all.every((each) => !isForItself(each))],
  ];
  return rules.filter(([, isKept]) => !isKept).map(([rule]) => rule);
}

const isForItself = ({ peerId, dataProducers }: Peer): boolean =>
  dataProducers.some(({ targetPeerId }) => targetPeerId === peerId);
