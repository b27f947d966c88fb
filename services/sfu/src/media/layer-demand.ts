import type { PeerId, RoomServerMessage } from "@radist-tech/protocol";
import { isLayered, wantedLayer } from "./layers.ts";
import type { PeerConsumer, PeerProducer } from "./peer-objects.ts";

/** How long no consumer must have taken a layer before its sender is told to stop sending it, milliseconds. */
const PATIENCE_MS = 2_000;

interface Watched {
  readonly ownerId: PeerId;
  readonly own: PeerProducer;
  readonly consumers: Set<PeerConsumer>;
  timer: NodeJS.Timeout | undefined;
}

/** Tells senders the highest layer of their videos that any consumer takes: a higher one at once, a lower one after a while. */
export class LayerDemand {
  readonly #send: (to: PeerId, message: RoomServerMessage) => void;
  readonly #watched = new Map<string, Watched>();

  constructor(send: (to: PeerId, message: RoomServerMessage) => void) {
    this.#send = send;
  }

  watch(ownerId: PeerId, own: PeerProducer): void {
    const { producer } = own;
    const watched: Watched = { ownerId, own, consumers: new Set(), timer: undefined };
    this.#watched.set(producer.id, watched);
    producer.observer.once("close", () => {
      clearTimeout(watched.timer);
      this.#watched.delete(producer.id);
    });
    this.#consider(watched);
  }

  add(consumed: PeerConsumer): void {
    const watched = this.#watched.get(consumed.producerId);
    if (!watched) return;
    watched.consumers.add(consumed);
    consumed.consumer.observer.once("close", () => {
      watched.consumers.delete(consumed);
      this.#consider(watched);
    });
    this.#consider(watched);
  }

  /** A consumer was paused, resumed, or takes another layer. */
  changed(consumed: PeerConsumer): void {
    const watched = this.#watched.get(consumed.producerId);
    if (watched) this.#consider(watched);
  }

  /** Sends a peer that has resumed what holds for its videos: it may have missed it. */
  resend(ownerId: PeerId): void {
    for (const watched of this.#watched.values()) {
      const { sentLayer } = watched.own;
      if (watched.ownerId === ownerId && sentLayer !== undefined) this.#tell(watched, sentLayer);
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
    const sent = own.sentLayer ?? own.ladder.fractions.length - 1;
    clearTimeout(watched.timer);
    watched.timer = undefined;
    if (wanted > sent) this.#tell(watched, wanted);
    else if (wanted < sent) {
      watched.timer = setTimeout(() => this.#tell(watched, this.#wanted(watched)), PATIENCE_MS);
      watched.timer.unref();
    }
  }

  #wanted({ consumers, own }: Watched): number {
    const layered = isLayered(own.producer.type);
    return wantedLayer(
      [...consumers].map(({ consumer, spatialLayer }) => ({
        isFlowing: !consumer.paused,
        spatialLayer: layered ? spatialLayer : 0,
      })),
    );
  }

  #tell({ ownerId, own }: Watched, spatialLayer: number): void {
    own.sentLayer = spatialLayer;
    this.#send(ownerId, { type: "producer-layers", producerId: own.producer.id, spatialLayer });
  }
}
