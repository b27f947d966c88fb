import { Refusal } from "@radist-tech/protocol";
import { canRed, refusesToPublish } from "@radist-tech/rooms";
import type { types } from "mediasoup";
import { ladderOf } from "../media/layers.ts";
import { unambiguous } from "../media/normalize-rtp-parameters.ts";
import { hasRed, producedInside } from "../media/red.ts";
import { Unpacking } from "../media/red-unpacker.ts";
import { type Asked, mediaOf, type Reply, type Request, unlessLeft, withParameters } from "./reply.ts";
import { transportOf } from "./transports.ts";

export async function produce(asked: Asked, message: Request<"produce">): Promise<Reply> {
  const { room, peer } = asked;
  const { peerId } = peer;
  const { kind, rtpParameters, paused = false, source, width, height } = message;
  const refused = refusesToPublish(room.room, room.peer(peerId));
  if (refused) throw new Refusal(refused);
  // The media worker would take it, and the others' browsers would choke on it.
  if (rtpParameters.codecs.some(({ mimeType }) => !mimeType.toLowerCase().startsWith(`${kind}/`))) {
    throw new Refusal("invalid_message", `rtpParameters.codecs: must all be of ${kind}.`);
  }
  const media = mediaOf(asked);
  if (media.producers.size >= room.node.limits.PRODUCERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.send : transportOf(asked, message.transportId);
  if (transport !== media.send) throw new Refusal("invalid_message", "transportId: must be the send transport.");
  // The schema has checked it; only the header extensions' names and optional fields are typed more narrowly there.
  const inside = unambiguous(producedInside(rtpParameters, canRed(room.room, peerId))) as types.RtpParameters;
  const made = await withParameters(media, "rtpParameters", () =>
    transport.produce({ kind, rtpParameters: inside, paused }),
  );
  const producer = unlessLeft(transport, made);
  const { id: producerId } = producer;
  const own = {
    producer,
    ladder: ladderOf(rtpParameters, { width, height }),
    unpacking: hasRed(inside) ? new Unpacking(producer, media.place.router) : undefined,
    toldLayer: undefined,
  };
  media.producers.set(producerId, own);
  producer.observer.once("close", () => media.producers.delete(producerId));
  room.producerOwners.set(producerId, peerId);
  producer.observer.once("close", () => room.producerOwners.delete(producerId));
  if (kind === "audio") room.speakers.add(peerId, producer);
  else room.demand.watch(peerId, own);
  room.apply({ type: "produce", peerId, producer: { producerId, kind, source, paused } });
  return { type: "produced", producerId, kind };
}

export async function pause(
  asked: Asked,
  { producerId }: Request<"pause-producer" | "resume-producer">,
  isPaused: boolean,
): Promise<undefined> {
  const { producer } = ownProducer(asked, producerId);
  await (isPaused ? producer.pause() : producer.resume());
  asked.room.apply({ type: isPaused ? "pause" : "unpause", peerId: asked.peer.peerId, producerId });
}

export function close(asked: Asked, { producerId }: Request<"close-producer">): undefined {
  ownProducer(asked, producerId).producer.close();
  asked.room.apply({ type: "unproduce", peerId: asked.peer.peerId, producerId });
}

function ownProducer(asked: Asked, producerId: string) {
  const own = mediaOf(asked).producers.get(producerId);
  if (!own) throw new Refusal("producer_not_found");
  return own;
}
