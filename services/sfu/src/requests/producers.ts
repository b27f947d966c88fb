import { Refusal } from "@radist-tech/protocol";
import { canRed, refusesToPublish } from "@radist-tech/rooms";
import type { types } from "mediasoup";
import { ladderOf } from "../media/layers.ts";
import { normalizeRtpParameters } from "../media/normalize-rtp-parameters.ts";
import type { PeerMedia } from "../media/peer-media.ts";
import type { PeerProducer } from "../media/peer-objects.ts";
import { hasRed, producedInside } from "../media/red.ts";
import { type Reply, type Request, type RequestContext, unlessLeft, withParameters } from "./context.ts";
import { transportOf } from "./transports.ts";

export async function produce(context: RequestContext, message: Request<"produce">): Promise<Reply> {
  const { room, peerId, limits } = context;
  const { kind, rtpParameters, paused = false, source, width, height } = message;
  const refused = refusesToPublish(room.room, room.peer(peerId));
  if (refused) throw new Refusal(refused);
  // The media worker would accept it, and the browsers of the other peers would fail on it.
  if (rtpParameters.codecs.some(({ mimeType }) => !mimeType.toLowerCase().startsWith(`${kind}/`))) {
    throw new Refusal("invalid_message", `rtpParameters.codecs: must all be of ${kind}.`);
  }
  const { media } = context;
  if (media.producers.size >= limits.PRODUCERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.send : transportOf(media, message.transportId);
  if (transport !== media.send) throw new Refusal("invalid_message", "transportId: must be the send transport.");
  // The schema has checked it; only the header extensions' names and optional fields are typed more narrowly there.
  const inside = normalizeRtpParameters(
    producedInside(rtpParameters, canRed(room.room, peerId)),
  ) as types.RtpParameters;
  const made = await withParameters(media, "rtpParameters", () =>
    transport.produce({ kind, rtpParameters: inside, paused }),
  );
  const producer = unlessLeft(transport, made);
  const { id: producerId } = producer;
  const own = {
    producer,
    ladder: ladderOf(rtpParameters, { width, height }),
    unpacker: hasRed(inside) ? media.site.unpackRed(producer) : undefined,
    sentLayer: undefined,
  };
  media.addProducer(own);
  if (kind === "audio") media.room.speakers.add(peerId, producer);
  else media.room.layerDemand.watch(peerId, own);
  room.apply({ type: "produce", peerId, producer: { producerId, kind, source, paused } });
  return { type: "produced", producerId, kind };
}

export async function pause(
  { room, peerId, media }: RequestContext,
  { producerId }: Request<"pause-producer" | "resume-producer">,
  isPaused: boolean,
): Promise<undefined> {
  const { producer } = ownProducer(media, producerId);
  await (isPaused ? producer.pause() : producer.resume());
  room.apply({ type: isPaused ? "pause" : "unpause", peerId, producerId });
}

export function close({ room, peerId, media }: RequestContext, { producerId }: Request<"close-producer">): undefined {
  ownProducer(media, producerId).producer.close();
  room.apply({ type: "unproduce", peerId, producerId });
}

function ownProducer(media: PeerMedia, producerId: string): PeerProducer {
  const own = media.producers.get(producerId);
  if (!own) throw new Refusal("producer_not_found");
  return own;
}
