import type {
  DataProducerInfo,
  ProducerInfo,
  RoomLeftReason,
  RoomPeer,
  RoomServerMessage,
} from "@radist-tech/protocol";

/** Another participant, as last reported. */
export interface RosterPeer {
  readonly peerId: string;
  readonly identity?: string | undefined;
  readonly name?: string | undefined;
  readonly metadata?: unknown;
  readonly isConnected: boolean;
  readonly producers: ReadonlyMap<string, ProducerInfo>;
  readonly dataProducers: ReadonlyMap<string, DataProducerInfo>;
}

/** The other participants, in the order in which they joined. */
export type RoomRoster = ReadonlyMap<string, RosterPeer>;

export type RoomRosterEvent =
  | { readonly type: "joined"; readonly peer: RosterPeer }
  | { readonly type: "left"; readonly peerId: string; readonly reason: RoomLeftReason }
  | { readonly type: "connection"; readonly peerId: string; readonly isConnected: boolean }
  | { readonly type: "published"; readonly peerId: string; readonly producer: ProducerInfo }
  | { readonly type: "unpublished"; readonly peerId: string; readonly producerId: string }
  | { readonly type: "mute"; readonly peerId: string; readonly producerId: string; readonly isMuted: boolean }
  | { readonly type: "data-opened"; readonly peerId: string; readonly dataProducer: DataProducerInfo }
  | { readonly type: "data-closed"; readonly peerId: string; readonly dataProducerId: string };

/**
 * The other participants and their producers after a message, and what has changed. What was missed during an outage shows
 * in the next snapshot, as if it happened then.
 */
export function updateRoster(
  before: RoomRoster,
  message: RoomServerMessage,
): { roster: RoomRoster; events: RoomRosterEvent[] } {
  const roster = after(before, message);
  const leftReason = message.type === "peer-left" ? message.reason : undefined;
  return { roster, events: roster === before ? [] : differences(before, roster, leftReason) };
}

function after(before: RoomRoster, message: RoomServerMessage): RoomRoster {
  switch (message.type) {
    case "room-joined":
    case "room-resumed":
      return new Map(message.existingPeers.map((peer) => [peer.peerId, fromSnapshot(peer)]));
    case "peer-joined": {
      const { peerId, identity, name, metadata } = message;
      return changed(withPeer(before, peerId), peerId, () => ({ identity, name, metadata, isConnected: true }));
    }
    case "peer-left": {
      const roster = new Map(before);
      return roster.delete(message.peerId) ? roster : before;
    }
    case "peer-disconnected":
    case "peer-resumed":
      return changed(before, message.peerId, () => ({ isConnected: message.type === "peer-resumed" }));
    case "new-producer": {
      const { producerId, kind, source, paused } = message;
      const producer = { producerId, kind, source, paused };
      // A server without presence announces producers only.
      return changed(withPeer(before, message.peerId), message.peerId, ({ producers }) => ({
        producers: withEntry(producers, producerId, producer),
      }));
    }
    case "producer-closed":
      return changed(before, message.peerId, ({ producers }) => ({
        producers: withoutEntry(producers, message.producerId),
      }));
    case "producer-paused":
    case "producer-resumed": {
      const { producerId } = message;
      return changed(before, message.peerId, ({ producers }) => {
        const producer = producers.get(producerId);
        const paused = message.type === "producer-paused";
        return producer ? { producers: withEntry(producers, producerId, { ...producer, paused }) } : {};
      });
    }
    case "new-data-producer": {
      const { dataProducerId, label, protocol } = message;
      return changed(withPeer(before, message.peerId), message.peerId, ({ dataProducers }) => ({
        dataProducers: withEntry(dataProducers, dataProducerId, { dataProducerId, label, protocol }),
      }));
    }
    case "data-producer-closed":
      return changed(before, message.peerId, ({ dataProducers }) => ({
        dataProducers: withoutEntry(dataProducers, message.dataProducerId),
      }));
    default:
      return before;
  }
}

function fromSnapshot({
  peerId,
  identity,
  name,
  metadata,
  status,
  producers,
  dataProducers = [],
}: RoomPeer): RosterPeer {
  return {
    peerId,
    identity,
    name,
    metadata,
    isConnected: status !== "disconnected",
    producers: new Map(producers.map((producer) => [producer.producerId, producer])),
    dataProducers: new Map(dataProducers.map((producer) => [producer.dataProducerId, producer])),
  };
}

/** Unchanged for a peer that is gone, whose last messages may be late. */
function changed(before: RoomRoster, peerId: string, change: (peer: RosterPeer) => Partial<RosterPeer>): RoomRoster {
  const peer = before.get(peerId);
  return peer ? new Map(before).set(peerId, { ...peer, ...change(peer) }) : before;
}

function withPeer(before: RoomRoster, peerId: string): RoomRoster {
  if (before.has(peerId)) return before;
  return new Map(before).set(peerId, { peerId, isConnected: true, producers: new Map(), dataProducers: new Map() });
}

function differences(before: RoomRoster, now: RoomRoster, leftReason: RoomLeftReason | undefined): RoomRosterEvent[] {
  const events: RoomRosterEvent[] = [];
  for (const { peerId, isConnected } of before.values()) {
    const reason = leftReason ?? (isConnected ? "left" : "expired");
    if (!now.has(peerId)) events.push({ type: "left", peerId, reason });
  }
  for (const peer of now.values()) {
    const { peerId, isConnected } = peer;
    const earlier = before.get(peerId);
    if (peer === earlier) continue;
    if (!earlier) events.push({ type: "joined", peer });
    else if (earlier.isConnected !== isConnected) events.push({ type: "connection", peerId, isConnected });
    events.push(...mediaDifferences(peerId, earlier?.producers ?? new Map(), peer.producers));
    events.push(...dataDifferences(peerId, earlier?.dataProducers ?? new Map(), peer.dataProducers));
  }
  return events;
}

function* mediaDifferences(
  peerId: string,
  before: RosterPeer["producers"],
  now: RosterPeer["producers"],
): Generator<RoomRosterEvent> {
  for (const producerId of before.keys()) if (!now.has(producerId)) yield { type: "unpublished", peerId, producerId };
  for (const producer of now.values()) {
    const { producerId, paused = false } = producer;
    const earlier = before.get(producerId);
    if (!earlier) yield { type: "published", peerId, producer };
    else if ((earlier.paused ?? false) !== paused) yield { type: "mute", peerId, producerId, isMuted: paused };
  }
}

function* dataDifferences(
  peerId: string,
  before: RosterPeer["dataProducers"],
  now: RosterPeer["dataProducers"],
): Generator<RoomRosterEvent> {
  for (const dataProducerId of before.keys()) {
    if (!now.has(dataProducerId)) yield { type: "data-closed", peerId, dataProducerId };
  }
  for (const [id, dataProducer] of now) if (!before.has(id)) yield { type: "data-opened", peerId, dataProducer };
}

const withEntry = <Value>(map: ReadonlyMap<string, Value>, key: string, value: Value) => new Map(map).set(key, value);

function withoutEntry<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
