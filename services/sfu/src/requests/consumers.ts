import { type MediaKind, Refusal, type RtpCapabilities, type RtpParameters } from "@radist-tech/protocol";
import { canRed } from "@radist-tech/rooms";
import { errors, type types } from "mediasoup";
import { isLayered, layerFor } from "../media/layers.ts";
import type { OwnConsumer } from "../media/peer-media.ts";
import { capableInside, hasRed, outside } from "../media/red.ts";
import {
  type Asked,
  mediaOf,
  type Reply,
  type Request,
  unlessEnded,
  unlessGone,
  unlessLeft,
  withParameters,
} from "./reply.ts";
import { transportOf } from "./transports.ts";

/** Consumers of one and the same producer that a peer may have. */
const MAX_ALIKE = 4;

export async function consume(asked: Asked, message: Request<"consume">): Promise<Reply> {
  const { room, peer } = asked;
  const { producerId, paused = false } = message;
  if (!room.peer(peer.peerId).participant.canSubscribe) throw new Refusal("not_allowed");
  const media = mediaOf(asked);
  const ownerId = room.producerOwners.get(producerId);
  const owner = ownerId === undefined || ownerId === peer.peerId ? undefined : room.peers.get(ownerId);
  const theirs = owner?.media?.producers.get(producerId);
  if (!owner?.media || !theirs) throw new Refusal("producer_not_found");
  const ofProducer = [...media.consumers.values()].filter((own) => own.producerId === producerId);
  const isTooMany = media.consumers.size >= room.node.limits.CONSUMERS_PER_PEER || ofProducer.length >= MAX_ALIKE;
  if (isTooMany) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.recv : transportOf(asked, message.transportId);
  if (transport !== media.recv) throw new Refusal("invalid_message", "transportId: must be the receive transport.");
  const rtpCapabilities = capabilities(asked, message.rtpCapabilities, theirs.producer.kind);

  const { place } = owner.media;
  const made = await unlessEnded(
    () => !theirs.producer.closed,
    "producer_not_found",
    async () => {
      const subscribe = async ({ id }: types.Producer): Promise<types.Consumer> => {
        await room.routers.bring({ producerId: id }, place, media.place);
        return withParameters(media, "rtpCapabilities", () =>
          transport.consume({ producerId: id, rtpCapabilities, paused }).catch(cannotConsume),
        );
      };
      const { producer, unpacking } = theirs;
      return unpacking && !hasRed(rtpCapabilities) ? unpacking.subscribe(subscribe) : subscribe(producer);
    },
  );
  const consumer = unlessLeft(transport, made);
  const own: OwnConsumer = {
    consumer,
    producerId,
    isPaused: paused,
    view: undefined,
    cap: undefined,
    spatialLayer: theirs.ladder.fractions.length - 1,
  };
  media.addConsumer(own);
  report(asked, consumer);
  room.demand.add(own);
  const { codecs } = consumer.rtpParameters as RtpParameters;
  return {
    type: "consumer-parameters",
    peerId: owner.peerId,
    consumerId: consumer.id,
    producerId,
    kind: consumer.kind,
    rtpParameters: { ...(consumer.rtpParameters as RtpParameters), codecs: outside(codecs) },
    paused,
    producerPaused: theirs.producer.paused,
  };
}

export async function pause(
  asked: Asked,
  { consumerId }: Request<"pause-consumer" | "resume-consumer">,
  isPaused: boolean,
): Promise<undefined> {
  const own = ownConsumer(asked, consumerId);
  own.isPaused = isPaused;
  await flow(asked, own);
}

export function close(asked: Asked, { consumerId }: Request<"close-consumer">): undefined {
  ownConsumer(asked, consumerId).consumer.close();
}

export async function setPreferredLayer(
  asked: Asked,
  { consumerId, spatialLayer, temporalLayer }: Request<"set-preferred-layer">,
): Promise<undefined> {
  const own = ownConsumer(asked, consumerId);
  own.cap = { spatialLayer, ...(temporalLayer !== undefined && { temporalLayer }) };
  await chooseLayer(asked, own);
}

export async function setPriority(asked: Asked, { consumerId, priority }: Request<"set-priority">): Promise<undefined> {
  const own = ownConsumer(asked, consumerId);
  await unlessGone(asked, own, () => own.consumer.setPriority(priority));
}

/** Every view that can be; one of a consumer that is gone, or never was the peer's, is then told. */
export async function setView(asked: Asked, { views }: Request<"set-view">): Promise<undefined> {
  let missing: unknown;
  for (const { consumerId, ...view } of views) {
    try {
      const own = ownConsumer(asked, consumerId);
      const isShownAnew = !own.view?.visible;
      own.view = view;
      if (view.visible) await chooseLayer(asked, own, isShownAnew);
      await flow(asked, own);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "consumer_not_found")) throw error;
      missing = error;
    }
  }
  if (missing) throw missing;
}

/** What a client paused, or does not show, does not flow; when it flows again, it begins with a key frame. */
async function flow(asked: Asked, own: OwnConsumer): Promise<void> {
  const { consumer } = own;
  const isPaused = own.isPaused || own.view?.visible === false;
  if (consumer.paused === isPaused) return;
  await unlessGone(asked, own, () => (isPaused ? consumer.pause() : consumer.resume()));
  asked.room.demand.changed(own);
}

async function chooseLayer(asked: Asked, own: OwnConsumer, isShownAnew = false): Promise<void> {
  const { room } = asked;
  const { consumer, producerId, view, cap } = own;
  if (!isLayered(consumer.type)) return;
  const ownerId = room.producerOwners.get(producerId);
  const ladder = ownerId && room.peers.get(ownerId)?.media?.producers.get(producerId)?.ladder;
  if (!ladder) return;
  const wanted = view
    ? layerFor(ladder, view, isShownAnew ? undefined : own.spatialLayer)
    : ladder.fractions.length - 1;
  const spatialLayer = Math.min(wanted, cap?.spatialLayer ?? wanted);
  const temporalLayer = cap?.temporalLayer;
  own.spatialLayer = spatialLayer;
  if (consumer.preferredLayers?.spatialLayer === spatialLayer && !cap) return;
  const layers = { spatialLayer, ...(temporalLayer !== undefined && { temporalLayer }) };
  await unlessGone(asked, own, () => consumer.setPreferredLayers(layers));
  room.demand.changed(own);
}

function capabilities(asked: Asked, given: RtpCapabilities | undefined, kind: MediaKind): types.RtpCapabilities {
  const media = mediaOf(asked);
  if (given) {
    const capable = capableInside(given, canRed(asked.room.room, asked.peer.peerId));
    media.rtpCapabilities = { audio: ofKind(capable, "audio"), video: ofKind(capable, "video") };
  }
  if (!media.rtpCapabilities)
    throw new Refusal("invalid_message", "rtpCapabilities: must come with the first consume.");
  return media.rtpCapabilities[kind] as types.RtpCapabilities;
}

/** mediasoup copies and checks all capabilities for each consumer; those of the other kind would only cost. */
function ofKind({ codecs = [], headerExtensions = [] }: RtpCapabilities, kind: MediaKind): RtpCapabilities {
  return {
    codecs: codecs.filter((codec) => codec.kind === kind),
    headerExtensions: headerExtensions.filter((extension) => extension.kind === kind),
  };
}

function cannotConsume(error: unknown): never {
  throw error instanceof errors.UnsupportedError ? new Refusal("cannot_consume", undefined, { cause: error }) : error;
}

/** What the media worker tells of a consumer goes into the metrics, and to clients that asked for it. */
function report({ room, peer }: Asked, consumer: types.Consumer): void {
  const { metrics } = room.node;
  const { peerId } = peer;
  const consumerId = consumer.id;
  const isWanted = () => room.room.peers.get(peerId)?.features.has("media") ?? false;
  consumer.on("layerschange", (layers) => {
    metrics.layerSwitches.inc();
    if (!isWanted()) return;
    const { spatialLayer = null, temporalLayer = null } = layers ?? {};
    peer.tell({ type: "consumer-layers-changed", consumerId, spatialLayer, temporalLayer });
  });
  consumer.on("score", ({ score, producerScore }) => {
    metrics.scores.observe(score);
    if (isWanted()) peer.tell({ type: "consumer-score", consumerId, score, producerScore });
  });
}

function ownConsumer(asked: Asked, consumerId: string): OwnConsumer {
  const own = mediaOf(asked).consumers.get(consumerId);
  if (!own) throw new Refusal("consumer_not_found");
  return own;
}
