import {
  type MediaKind,
  Refusal,
  type RoomServerMessage,
  type RtpCapabilities,
  type RtpParameters,
} from "@radist-tech/protocol";
import { canRed } from "@radist-tech/rooms";
import { errors, type types } from "mediasoup";
import { isLayered, layerFor } from "../media/layers.ts";
import type { PeerMedia } from "../media/peer-media.ts";
import type { PeerConsumer } from "../media/peer-objects.ts";
import { capableInside, hasRed, outside } from "../media/red.ts";
import {
  type Reply,
  type Request,
  type RequestContext,
  unlessEnded,
  unlessGone,
  unlessLeft,
  withParameters,
} from "./context.ts";
import { transportOf } from "./transports.ts";

/** Maximum consumers of one producer per peer. */
const MAX_ALIKE = 4;

export async function consume(context: RequestContext, message: Request<"consume">): Promise<Reply> {
  const { room, peerId, limits } = context;
  const { producerId, paused = false } = message;
  if (!room.peer(peerId).participant.canSubscribe) throw new Refusal("not_allowed");
  const { media } = context;
  const owner = media.room.ownerOf(producerId);
  const theirs = owner?.peerId === peerId ? undefined : owner?.producers.get(producerId);
  if (!owner || !theirs) throw new Refusal("producer_not_found");
  const ofProducer = [...media.consumers.values()].filter((own) => own.producerId === producerId);
  const isTooMany = media.consumers.size >= limits.CONSUMERS_PER_PEER || ofProducer.length >= MAX_ALIKE;
  if (isTooMany) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.recv : transportOf(media, message.transportId);
  if (transport !== media.recv) throw new Refusal("invalid_message", "transportId: must be the receive transport.");
  const rtpCapabilities = capabilities(context, message.rtpCapabilities, theirs.producer.kind);

  const made = await unlessEnded(
    () => !theirs.producer.closed,
    "producer_not_found",
    async () => {
      const subscribe = async ({ id }: types.Producer): Promise<types.Consumer> => {
        await media.site.pipeFrom({ producerId: id }, owner.site);
        return withParameters(media, "rtpCapabilities", () =>
          transport.consume({ producerId: id, rtpCapabilities, paused }).catch(cannotConsume),
        );
      };
      const { producer, unpacker } = theirs;
      return unpacker && !hasRed(rtpCapabilities) ? unpacker.subscribe(subscribe) : subscribe(producer);
    },
  );
  const consumer = unlessLeft(transport, made);
  const own: PeerConsumer = {
    consumer,
    producerId,
    isPaused: paused,
    view: undefined,
    cap: undefined,
    spatialLayer: theirs.ladder.fractions.length - 1,
  };
  media.addConsumer(own);
  report(context, consumer);
  media.room.layerDemand.add(own);
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
  { media }: RequestContext,
  { consumerId }: Request<"pause-consumer" | "resume-consumer">,
  isPaused: boolean,
): Promise<undefined> {
  const own = ownConsumer(media, consumerId);
  own.isPaused = isPaused;
  await flow(media, own);
}

export function close({ media }: RequestContext, { consumerId }: Request<"close-consumer">): undefined {
  ownConsumer(media, consumerId).consumer.close();
}

export async function setPreferredLayer(
  { media }: RequestContext,
  { consumerId, spatialLayer, temporalLayer }: Request<"set-preferred-layer">,
): Promise<undefined> {
  const own = ownConsumer(media, consumerId);
  own.cap = { spatialLayer, ...(temporalLayer !== undefined && { temporalLayer }) };
  await chooseLayer(media, own);
}

export async function setPriority(
  { media }: RequestContext,
  { consumerId, priority }: Request<"set-priority">,
): Promise<undefined> {
  const own = ownConsumer(media, consumerId);
  await unlessGone(media, own, () => own.consumer.setPriority(priority));
}

/** Applies every view that it can; a consumer that is closed, or is not the peer's, is an error afterwards. */
export async function setView({ media }: RequestContext, { views }: Request<"set-view">): Promise<undefined> {
  let missing: unknown;
  for (const { consumerId, ...view } of views) {
    try {
      const own = ownConsumer(media, consumerId);
      const isShownAgain = !own.view?.visible;
      own.view = view;
      if (view.visible) await chooseLayer(media, own, isShownAgain);
      await flow(media, own);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "consumer_not_found")) throw error;
      missing = error;
    }
  }
  if (missing) throw missing;
}

/** What a client paused, or does not show, does not flow; when it flows again, it begins with a key frame. */
async function flow(media: PeerMedia, own: PeerConsumer): Promise<void> {
  const { consumer } = own;
  const isPaused = own.isPaused || own.view?.visible === false;
  if (consumer.paused === isPaused) return;
  await unlessGone(media, own, () => (isPaused ? consumer.pause() : consumer.resume()));
  media.room.layerDemand.changed(own);
}

async function chooseLayer(media: PeerMedia, own: PeerConsumer, isShownAgain = false): Promise<void> {
  const { consumer, producerId, view, cap } = own;
  if (!isLayered(consumer.type)) return;
  const ladder = media.room.ownerOf(producerId)?.producers.get(producerId)?.ladder;
  if (!ladder) return;
  const wanted = view
    ? layerFor(ladder, view, isShownAgain ? undefined : own.spatialLayer)
    : ladder.fractions.length - 1;
  const spatialLayer = Math.min(wanted, cap?.spatialLayer ?? wanted);
  const temporalLayer = cap?.temporalLayer;
  own.spatialLayer = spatialLayer;
  if (consumer.preferredLayers?.spatialLayer === spatialLayer && !cap) return;
  const layers = { spatialLayer, ...(temporalLayer !== undefined && { temporalLayer }) };
  await unlessGone(media, own, () => consumer.setPreferredLayers(layers));
  media.room.layerDemand.changed(own);
}

function capabilities(
  { room, peerId, media }: RequestContext,
  given: RtpCapabilities | undefined,
  kind: MediaKind,
): types.RtpCapabilities {
  if (given) {
    const capable = capableInside(given, canRed(room.room, peerId));
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

/** What the media worker reports of a consumer goes into the metrics, and to clients that asked for it. */
function report({ room, peerId, media }: RequestContext, consumer: types.Consumer): void {
  const { metrics } = media.room;
  const consumerId = consumer.id;
  const notify = (message: RoomServerMessage): void => {
    if (room.wants(peerId, "media")) room.send({ to: [peerId], message });
  };
  consumer.on("layerschange", (layers) => {
    metrics.layerSwitches.inc();
    const { spatialLayer = null, temporalLayer = null } = layers ?? {};
    notify({ type: "consumer-layers-changed", consumerId, spatialLayer, temporalLayer });
  });
  consumer.on("score", ({ score, producerScore }) => {
    metrics.scores.observe(score);
    notify({ type: "consumer-score", consumerId, score, producerScore });
  });
}

function ownConsumer(media: PeerMedia, consumerId: string): PeerConsumer {
  const own = media.consumers.get(consumerId);
  if (!own) throw new Refusal("consumer_not_found");
  return own;
}
