import type { types } from "mediasoup";
import type { Ladder, View } from "./layers.ts";
import type { RedUnpacker } from "./red-unpacker.ts";

/** A producer with what the layer policy knows of it. */
export interface PeerProducer {
  readonly producer: types.Producer;
  readonly ladder: Ladder;
  /** Of a producer of RED. */
  readonly unpacker: RedUnpacker | undefined;
  /** The highest layer that its sender was last told to send. */
  sentLayer: number | undefined;
}

/** A consumer with what its client asked for. */
export interface PeerConsumer {
  readonly consumer: types.Consumer;
  /** What its client subscribed to. The worker may know it by another id. */
  readonly producerId: string;
  /** Paused by the client itself, whatever it shows. */
  isPaused: boolean;
  view: View | undefined;
  /** The layers that the client set as its limit. */
  cap: types.ConsumerLayers | undefined;
  /** The spatial layer that the policy chose. */
  spatialLayer: number;
}
