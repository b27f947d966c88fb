import type { PeerId, RoomServerMessage } from "@radist-tech/protocol";
import { demand, isLayered } from "./layers.ts";
import type { OwnConsumer, OwnProducer } from "./peer-media.ts";

/** How long nobody must take a layer before its sender is told to stop it, milliseconds. */
const PATIENCE_MS = 2_000;

interface Watched {
  readonly ownerId: PeerId;
  readonly own: OwnProducer;
  readonly takers: Set<OwnConsumer>;
  timer: NodeJS.Timeout | undefined;
}

/** Tells senders which layers of their videos anybody takes: more at once, less after a while. */
export class Demand {
  readonly #tell: (to: PeerId, message: RoomServerMessage) => void;
  readonly #watched = new Map<string, Watched>();

  constructor(tell: (to: PeerId, message: RoomServerMessage) => void) {
    this.#tell = tell;
  }

  watch(ownerId: PeerId, own: OwnProducer): void {
    const { producer } = own;
    const watched: Watched = { ownerId, own, takers: new Set(), timer: undefined };
    this.#watched.set(producer.id, watched);
    producer.observer.once("close", () => {
      clearTimeout(watched.timer);
      this.#watched.delete(producer.id);
    });
    this.#consider(watched);
  }

  add(taker: OwnConsumer): void {
    const watched = this.#watched.get(taker.producerId);
    if (!watched) return;
    watched.takers.add(taker);
    taker.consumer.observer.once("close", () => {
      watched.takers.delete(taker);
      this.#consider(watched);
    });
    this.#consider(watched);
  }

  /** A consumer was paused, resumed, or takes another layer. */
  changed(taker: OwnConsumer): void {
    const watched = this.#watched.get(taker.producerId);
    if (watched) this.#consider(watched);
  }

  /** Tells a sender that is back what holds for its videos: it may have missed it. */
  retell(ownerId: PeerId): void {
    for (const watched of this.#watched.values()) {
      const { toldLayer } = watched.own;
      if (watched.ownerId === ownerId && toldLayer !== undefined) this.#say(watched, toldLayer);
    }
  }

  close(): void {
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
    this.#watched.clear();
  }

  #consider(watched: Watched): void {
    const { own } = watched;
    if (own.producer.closed) return;
    const wanted = this.#wanted(watched);
    const told = own.toldLayer ?? own.ladder.fractions.length - 1;
    clearTimeout(watched.timer);
    watched.timer = undefined;
    if (wanted > told) this.#say(watched, wanted);
    else if (wanted < told) {
      watched.timer = setTimeout(() => this.#say(watched, this.#wanted(watched)), PATIENCE_MS);
      watched.timer.unref();
    }
  }

  #wanted({ takers, own }: Watched): number {
    const layered = isLayered(own.producer.type);
    return demand(
      [...takers].map(({ consumer, spatialLayer }) => ({
        isFlowing: !consumer.paused,
        spatialLayer: layered ? spatialLayer : 0,
      })),
    );
  }

  #say({ ownerId, own }: Watched, spatialLayer: number): void {
    own.toldLayer = spatialLayer;
    this.#tell(ownerId, { type: "producer-layers", producerId: own.producer.id, spatialLayer });
  }
}
