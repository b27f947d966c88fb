import type { PeerId, RoomFeature, RoomServerMessage } from "@radist-tech/protocol";
import type { Room } from "../room.ts";
import { announcementsFor, existingPeers } from "../snapshot.ts";

interface Known {
  status: "connected" | "disconnected";
  /** Ids with whether they are paused. */
  readonly producers: Map<string, boolean>;
  readonly channels: Set<string>;
  key?: number | string;
}

/** The other peers of a room, as far as a peer with these features can know them. */
interface Picture {
  readonly peers?: Record<string, string>;
  readonly producers: Record<string, Record<string, boolean>>;
  readonly channels?: Record<string, string[]>;
  readonly keys: Record<string, number | string>;
}

/**
 * A peer that knows of the others its snapshot and the notifications since. It rejects what cannot follow from that: the
 * join of a peer that is there, a second announcement of a producer, the end of an unknown one.
 */
export class Viewer {
  readonly self: PeerId;
  readonly features: ReadonlySet<RoomFeature>;
  readonly #known = new Map<PeerId, Known>();

  constructor(room: Room, self: PeerId, features: ReadonlySet<RoomFeature>) {
    this.self = self;
    this.features = features;
    this.#look(room);
  }

  hears(message: RoomServerMessage): void {
    switch (message.type) {
      case "peer-joined":
        if (this.#known.has(message.peerId)) throw new Error(`${message.peerId} is there already.`);
        this.#of(message.peerId);
        return;
      case "peer-disconnected":
      case "peer-resumed":
        this.#mustKnow(message.peerId).status = message.type === "peer-resumed" ? "connected" : "disconnected";
        return;
      case "peer-left":
        if (this.features.has("presence")) this.#mustKnow(message.peerId);
        this.#known.delete(message.peerId);
        return;
      case "new-producer": {
        const { producers } = this.#of(message.peerId);
        if (producers.has(message.producerId)) throw new Error(`${message.producerId} was told twice.`);
        producers.set(message.producerId, message.paused ?? false);
        return;
      }
      case "producer-paused":
      case "producer-resumed": {
        const { producers } = this.#mustKnow(message.peerId);
        const paused = message.type === "producer-paused";
        if (producers.get(message.producerId) !== !paused) throw new Error(`${message.producerId} does not change.`);
        producers.set(message.producerId, paused);
        return;
      }
      case "producer-closed":
        if (!this.#mustKnow(message.peerId).producers.delete(message.producerId)) throw new Error("Never heard of it.");
        return;
      case "new-data-producer": {
        const { channels } = this.#of(message.peerId);
        if (channels.has(message.dataProducerId)) throw new Error(`${message.dataProducerId} was told twice.`);
        channels.add(message.dataProducerId);
        return;
      }
      case "data-producer-closed":
        if (!this.#mustKnow(message.peerId).channels.delete(message.dataProducerId))
          throw new Error("Unknown channel.");
        return;
      case "e2ee-peer-announced":
        this.#of(message.fromPeerId).key = message.keyId;
        return;
      default:
        throw new Error(`A room does not tell ${message.type}.`);
    }
  }

  /**
   * What it knows. Without `media` it is not notified that a producer was closed or paused: it only counts that it is
   * known.
   */
  picture(room: Room): Picture {
    const isMedia = this.features.has("media");
    const living = new Set(
      [...room.peers.values()].flatMap(({ producers }) => producers.map((each) => each.producerId)),
    );
    return this.#draw([...this.#known], (producers) =>
      [...producers].filter(([id]) => isMedia || living.has(id)).map(([id, paused]) => [id, isMedia && paused]),
    );
  }

  /** The same, of the room itself. */
  truth(room: Room): Picture {
    return new Viewer(room, this.self, this.features).picture(room);
  }

  #draw(known: [PeerId, Known][], producersOf: (producers: Known["producers"]) => [string, boolean][]): Picture {
    const has = <T>(entries: [string, T][], isSome: (value: T) => boolean) =>
      Object.fromEntries(entries.filter(([, value]) => isSome(value)));
    return {
      ...(this.features.has("presence") && {
        peers: Object.fromEntries(known.map(([peerId, { status }]) => [peerId, status])),
      }),
      ...(this.features.has("data") && {
        channels: has(
          known.map(([peerId, { channels }]) => [peerId, [...channels].toSorted()]),
          (channels) => channels.length > 0,
        ),
      }),
      producers: has(
        known.map(([peerId, { producers }]) => [peerId, Object.fromEntries(producersOf(producers))]),
        (producers) => Object.keys(producers).length > 0,
      ),
      keys: Object.fromEntries(known.flatMap(([peerId, { key }]) => (key === undefined ? [] : [[peerId, key]]))),
    };
  }

  /** The snapshot that it gets when it joins and when it resumes. */
  #look(room: Room): void {
    for (const { peerId, status = "connected", producers, dataProducers = [] } of existingPeers(room, this.self)) {
      this.#known.set(peerId, {
        status,
        producers: new Map(producers.map(({ producerId, paused = false }) => [producerId, paused])),
        channels: new Set(dataProducers.map(({ dataProducerId }) => dataProducerId)),
      });
    }
    for (const { message } of announcementsFor(room, this.self)) this.hears(message);
  }

  /** Without `presence`, a peer may become known by its first producer. */
  #of(peerId: PeerId): Known {
    if (peerId === this.self) throw new Error("It was told of itself.");
    const known = this.#known.get(peerId) ?? { status: "connected", producers: new Map(), channels: new Set() };
    this.#known.set(peerId, known);
    return known;
  }

  #mustKnow(peerId: PeerId): Known {
    if (!this.#known.has(peerId)) throw new Error(`Never heard of ${peerId}.`);
    return this.#of(peerId);
  }
}
