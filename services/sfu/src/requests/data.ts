import { type PeerId, Refusal } from "@radist-tech/protocol";
import type { DataProducer } from "@radist-tech/rooms";
import type { LivePeer } from "../home/live-peer.ts";
import { type Asked, mediaOf, type Reply, type Request, unlessEnded, unlessLeft, withParameters } from "./reply.ts";
import { transportOf } from "./transports.ts";

export async function produceData(asked: Asked, message: Request<"produce-data">): Promise<Reply> {
  const { room, peer } = asked;
  const { peerId } = peer;
  const { sctpStreamParameters, label = "", protocol = "", targetPeerId } = message;
  if (!room.peer(peerId).participant.canPublish) throw new Refusal("not_allowed");
  if (targetPeerId !== undefined && (targetPeerId === peerId || !room.room.peers.has(targetPeerId))) {
    throw new Refusal("peer_not_found", "No such peer in this room.");
  }
  const media = mediaOf(asked);
  if (media.dataProducers.size >= room.node.limits.PRODUCERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.send : transportOf(asked, message.transportId);
  const made = await withParameters(media, "sctpStreamParameters", () =>
    transport.produceData({ sctpStreamParameters: defined(sctpStreamParameters), label, protocol }),
  );
  const dataProducer = unlessLeft(transport, made);
  const { id: dataProducerId } = dataProducer;
  media.dataProducers.set(dataProducerId, dataProducer);
  dataProducer.observer.once("close", () => media.dataProducers.delete(dataProducerId));
  room.apply({ type: "produce-data", peerId, dataProducer: { dataProducerId, label, protocol, targetPeerId } });
  return { type: "data-produced", dataProducerId };
}

export async function consumeData(asked: Asked, message: Request<"consume-data">): Promise<Reply> {
  const { room, peer } = asked;
  const { dataProducerId } = message;
  if (!room.peer(peer.peerId).participant.canSubscribe) throw new Refusal("not_allowed");
  const media = mediaOf(asked);
  const found = findDataProducer(asked, dataProducerId);
  if (!found?.owner.media) throw new Refusal("producer_not_found");
  if (media.dataConsumers.size >= room.node.limits.CONSUMERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.recv : transportOf(asked, message.transportId);
  const { place, dataProducers } = found.owner.media;
  const made = await unlessEnded(
    () => dataProducers.has(dataProducerId),
    "producer_not_found",
    async () => {
      await room.routers.bring({ dataProducerId }, place, media.place);
      return transport.consumeData({ dataProducerId, paused: message.paused ?? false });
    },
  );
  const dataConsumer = unlessLeft(transport, made);
  const { id: dataConsumerId, sctpStreamParameters } = dataConsumer;
  if (!sctpStreamParameters) throw new Error("A data consumer of a WebRTC transport has no stream.");
  media.dataConsumers.set(dataConsumerId, dataConsumer);
  dataConsumer.observer.once("close", () => media.dataConsumers.delete(dataConsumerId));
  if (!dataConsumer.paused) tellReady(asked, found.owner.peerId, dataProducerId);
  const { label, protocol } = found.info;
  return {
    type: "data-consumer-parameters",
    peerId: found.owner.peerId,
    dataConsumerId,
    dataProducerId,
    sctpStreamParameters,
    label,
    protocol,
  };
}

export async function resumeDataConsumer(
  asked: Asked,
  { dataConsumerId }: Request<"resume-data-consumer">,
): Promise<undefined> {
  const own = mediaOf(asked).dataConsumers.get(dataConsumerId);
  if (!own) throw new Refusal("consumer_not_found");
  if (!own.paused) return;
  const find = () => findDataProducer(asked, own.dataProducerId);
  await unlessEnded(
    () => find() !== undefined,
    "consumer_not_found",
    () => own.resume(),
  );
  const found = find();
  if (found) tellReady(asked, found.owner.peerId, own.dataProducerId);
}

/** From here on what the channel's owner sends reaches this peer. */
function tellReady({ room, peer }: Asked, owner: PeerId, dataProducerId: string): void {
  if (!room.room.peers.get(owner)?.features.has("data")) return;
  room.deliver({ to: [owner], message: { type: "data-consumer-ready", dataProducerId, peerId: peer.peerId } });
}

export function closeDataProducer(asked: Asked, { dataProducerId }: Request<"close-data-producer">): undefined {
  const own = mediaOf(asked).dataProducers.get(dataProducerId);
  if (!own) throw new Refusal("producer_not_found");
  own.close();
  asked.room.apply({ type: "unproduce-data", peerId: asked.peer.peerId, dataProducerId });
}

export function closeDataConsumer(asked: Asked, { dataConsumerId }: Request<"close-data-consumer">): undefined {
  const own = mediaOf(asked).dataConsumers.get(dataConsumerId);
  if (!own) throw new Refusal("consumer_not_found");
  own.close();
}

/** A data channel of another peer that is open to this one. */
function findDataProducer(
  { room, peer }: Asked,
  dataProducerId: string,
): { owner: LivePeer; info: DataProducer } | undefined {
  const isFor = (target: PeerId | undefined) => target === undefined || target === peer.peerId;
  for (const { peerId, dataProducers } of room.room.peers.values()) {
    if (peerId === peer.peerId) continue;
    const info = dataProducers.find((producer) => producer.dataProducerId === dataProducerId);
    const owner = room.peers.get(peerId);
    if (info && owner && isFor(info.targetPeerId)) return { owner, info };
  }
  return undefined;
}

/** Without the fields that are there but undefined. */
function defined<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
