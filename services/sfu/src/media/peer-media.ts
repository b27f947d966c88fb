import type { MediaKind, PeerId, RtpCapabilities, TransportParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import type { LayerDemand } from "./layer-demand.ts";
import type { MediaSite, PeerTransports } from "./media-site.ts";
import type { PeerConsumer, PeerProducer } from "./peer-objects.ts";
import type { Speakers } from "./speakers.ts";

/** What is counted of consumers. */
export interface ConsumerMetrics {
  readonly layerSwitches: { inc(): void };
  readonly scores: { observe(score: number): void };
}

/** What the media of a room's peers have in common. */
export interface SharedMedia {
  readonly layerDemand: LayerDemand;
  readonly speakers: Speakers;
  readonly metrics: ConsumerMetrics;
  /** Of a peer that has media now. */
  of(peerId: PeerId): PeerMedia | undefined;
  /** Of the peer that produces this. */
  ownerOf(producerId: string): PeerMedia | undefined;
  /** Lists a producer until it is closed. */
  list(producer: types.Producer, owner: PeerMedia): void;
}

/** What one peer has at a site: two transports and all that goes through them. */
export class PeerMedia {
  readonly peerId: PeerId;
  readonly site: MediaSite;
  readonly room: SharedMedia;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  /** False until the client of replaced transports has connected one of them. */
  isKnown = true;
  readonly producers = new Map<string, PeerProducer>();
  readonly consumers = new Map<string, PeerConsumer>();
  readonly dataProducers = new Map<string, types.DataProducer>();
  readonly dataConsumers = new Map<string, types.DataConsumer>();
  /** As the peer sent them last, by kind. */
  rtpCapabilities: Readonly<Record<MediaKind, RtpCapabilities>> | undefined;
  readonly #transports: PeerTransports;

  constructor(peerId: PeerId, site: MediaSite, transports: PeerTransports, room: SharedMedia) {
    this.peerId = peerId;
    this.site = site;
    this.room = room;
    this.send = transports.send;
    this.recv = transports.recv;
    this.#transports = transports;
  }

  transport(id: string): types.WebRtcTransport | undefined {
    return [this.send, this.recv].find((transport) => transport.id === id);
  }

  parametersOf(transport: types.WebRtcTransport): TransportParameters {
    return this.#transports.parametersOf(transport);
  }

  addProducer(own: PeerProducer): void {
    const { producer } = own;
    this.producers.set(producer.id, own);
    producer.observer.once("close", () => this.producers.delete(producer.id));
    this.room.list(producer, this);
  }

  addConsumer(own: PeerConsumer): void {
    const { consumer } = own;
    this.consumers.set(consumer.id, own);
    consumer.observer.once("close", () => this.consumers.delete(consumer.id));
  }

  addDataProducer(dataProducer: types.DataProducer): void {
    this.dataProducers.set(dataProducer.id, dataProducer);
    dataProducer.observer.once("close", () => this.dataProducers.delete(dataProducer.id));
  }

  addDataConsumer(dataConsumer: types.DataConsumer): void {
    this.dataConsumers.set(dataConsumer.id, dataConsumer);
    dataConsumer.observer.once("close", () => this.dataConsumers.delete(dataConsumer.id));
  }

  /** Everything that goes through the transports ends with them. */
  close(): void {
    this.send.close();
    this.recv.close();
  }
}
