import type { MediaKind, RtpCapabilities, TransportParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import { candidates } from "./ice-candidates.ts";
import type { Ladder, View } from "./layers.ts";
import type { Unpacking } from "./red-unpacker.ts";
import type { Place } from "./room-sites.ts";

/** A producer with what the layer policy knows of it. */
export interface OwnProducer {
  readonly producer: types.Producer;
  readonly ladder: Ladder;
  /** Of a producer of RED. */
  readonly unpacking: Unpacking | undefined;
  /** The demand that its sender was told last. */
  toldLayer: number | undefined;
}

/** A consumer with what its client asked for. */
export interface OwnConsumer {
  readonly consumer: types.Consumer;
  /** What its client subscribed to. The worker may know it by another name. */
  readonly producerId: string;
  /** Paused by the client itself, whatever it shows. */
  isPaused: boolean;
  view: View | undefined;
  /** The layers that the client set as its limit. */
  cap: types.ConsumerLayers | undefined;
  /** The spatial layer that the policy chose. */
  spatialLayer: number;
}

interface TransportLimits {
  readonly announced: readonly string[];
  readonly maxIncomingBitrate: number;
}

/** What one peer has on a media worker: two transports and all that goes through them. */
export class PeerMedia {
  readonly place: Place;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  /** False until the client of media that was built anew has connected one of these transports. */
  isKnown = true;
  readonly producers = new Map<string, OwnProducer>();
  readonly consumers = new Map<string, OwnConsumer>();
  readonly dataProducers = new Map<string, types.DataProducer>();
  readonly dataConsumers = new Map<string, types.DataConsumer>();
  /** As the peer sent them last, by kind. */
  rtpCapabilities: Readonly<Record<MediaKind, RtpCapabilities>> | undefined;
  readonly #announced: readonly string[];

  private constructor(
    place: Place,
    send: types.WebRtcTransport,
    recv: types.WebRtcTransport,
    announced: readonly string[],
  ) {
    this.place = place;
    this.send = send;
    this.recv = recv;
    this.#announced = announced;
  }

  static async open(place: Place, { announced, maxIncomingBitrate }: TransportLimits): Promise<PeerMedia> {
    const create = () =>
      place.router.createWebRtcTransport({
        webRtcServer: place.on.webRtcServer,
        enableSctp: true,
        initialAvailableOutgoingBitrate: 1_000_000,
      });
    const [send, recv] = await Promise.all([create(), create()]);
    await send.setMaxIncomingBitrate(maxIncomingBitrate);
    place.on.peers++;
    send.observer.once("close", () => place.on.peers--);
    return new PeerMedia(place, send, recv, announced);
  }

  transport(id: string): types.WebRtcTransport | undefined {
    return [this.send, this.recv].find((transport) => transport.id === id);
  }

  parameters(transport: types.WebRtcTransport): TransportParameters {
    const { id, iceParameters, dtlsParameters, sctpParameters } = transport;
    return {
      id,
      iceParameters,
      iceCandidates: [...candidates(this.#announced, transport.iceCandidates)],
      dtlsParameters,
      ...(sctpParameters && { sctpParameters: { ...sctpParameters } }),
    };
  }

  addConsumer(own: OwnConsumer): void {
    const { consumer } = own;
    this.consumers.set(consumer.id, own);
    this.place.on.consumers++;
    consumer.observer.once("close", () => {
      this.consumers.delete(consumer.id);
      this.place.on.consumers--;
    });
  }

  /** Everything that goes through the transports ends with them. */
  close(): void {
    this.send.close();
    this.recv.close();
  }
}
