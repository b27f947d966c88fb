import { type PeerId, Refusal } from "@radist-tech/protocol";
import { ACKNOWLEDGEMENT_LABEL } from "@radist-tech/protocol/data-channels";
import { type DataProducer, refusesToPublish } from "@radist-tech/rooms";
import type { PeerMedia } from "../media/peer-media.ts";
import { type Reply, type Request, type RequestContext, unlessEnded, unlessLeft, withParameters } from "./context.ts";
import { transportOf } from "./transports.ts";

export async function produceData(context: RequestContext, message: Request<"produce-data">): Promise<Reply> {
  const { room, peerId, limits } = context;
  const { sctpStreamParameters, label = "", protocol = "", targetPeerId } = message;
  const refused = refusesToPublish(room.room, room.peer(peerId));
  if (refused && !(refused === "not_allowed" && label === ACKNOWLEDGEMENT_LABEL)) throw new Refusal(refused);
  if (targetPeerId !== undefined && (targetPeerId === peerId || !room.room.peers.has(targetPeerId))) {
    throw new Refusal("peer_not_found", "No such peer in this room.");
  }
  const { media } = context;
  if (media.dataProducers.size >= limits.PRODUCERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.send : transportOf(media, message.transportId);
  const made = await withParameters(media, "sctpStreamParameters", () =>
    transport.produceData({ sctpStreamParameters: defined(sctpStreamParameters), label, protocol }),
  );
  const dataProducer = unlessLeft(transport, made);
  const { id: dataProducerId } = dataProducer;
  media.addDataProducer(dataProducer);
  room.apply({ type: "produce-data", peerId, dataProducer: { dataProducerId, label, protocol, targetPeerId } });
  return { type: "data-produced", dataProducerId };
}

export async function consumeData(context: RequestContext, message: Request<"consume-data">): Promise<Reply> {
  const { room, peerId, limits } = context;
  const { dataProducerId } = message;
  const { media } = context;
  const found = findDataProducer(context, dataProducerId);
  if (!room.peer(peerId).participant.canSubscribe && found?.info.label !== ACKNOWLEDGEMENT_LABEL) {
    throw new Refusal("not_allowed");
  }
  if (!found) throw new Refusal("producer_not_found");
  if (media.dataConsumers.size >= limits.CONSUMERS_PER_PEER) throw new Refusal("too_many");
  const transport = message.transportId === undefined ? media.recv : transportOf(media, message.transportId);
  const { owner, info } = found;
  const made = await unlessEnded(
    () => owner.dataProducers.has(dataProducerId),
    "producer_not_found",
    async () => {
      await media.site.pipeFrom({ dataProducerId }, owner.site);
      return transport.consumeData({ dataProducerId, paused: message.paused ?? false });
    },
  );
  const dataConsumer = unlessLeft(transport, made);
  const { id: dataConsumerId, sctpStreamParameters } = dataConsumer;
  if (!sctpStreamParameters) throw new Error("A data consumer of a WebRTC transport has no stream.");
  media.addDataConsumer(dataConsumer);
  if (!dataConsumer.paused) sendReady(context, owner.peerId, dataProducerId);
  const { label, protocol } = info;
  return {
    type: "data-consumer-parameters",
    peerId: owner.peerId,
    dataConsumerId,
    dataProducerId,
    sctpStreamParameters,
    label,
    protocol,
  };
}

export async function resumeDataConsumer(
  context: RequestContext,
  { dataConsumerId }: Request<"resume-data-consumer">,
): Promise<undefined> {
  const own = context.media.dataConsumers.get(dataConsumerId);
  if (!own) throw new Refusal("consumer_not_found");
  if (!own.paused) return;
  const find = () => findDataProducer(context, own.dataProducerId);
  await unlessEnded(
    () => find() !== undefined,
    "consumer_not_found",
    () => own.resume(),
  );
  const found = find();
  if (found) sendReady(context, found.owner.peerId, own.dataProducerId);
}

/** From now on what the channel's owner sends reaches this peer. */
function sendReady({ room, peerId }: RequestContext, owner: PeerId, dataProducerId: string): void {
  if (!room.wants(owner, "data")) return;
  room.send({ to: [owner], message: { type: "data-consumer-ready", dataProducerId, peerId } });
}

export function closeDataProducer(
  { room, peerId, media }: RequestContext,
  { dataProducerId }: Request<"close-data-producer">,
): undefined {
  const own = media.dataProducers.get(dataProducerId);
  if (!own) throw new Refusal("producer_not_found");
  own.close();
  room.apply({ type: "unproduce-data", peerId, dataProducerId });
}

export function closeDataConsumer(
  { media }: RequestContext,
  { dataConsumerId }: Request<"close-data-consumer">,
): undefined {
  const own = media.dataConsumers.get(dataConsumerId);
  if (!own) throw new Refusal("consumer_not_found");
  own.close();
}

/** A data channel of another peer that is open to this one. */
function findDataProducer(
  { room, peerId, media }: RequestContext,
  dataProducerId: string,
): { owner: PeerMedia; info: DataProducer } | undefined {
  const isFor = (target: PeerId | undefined) => target === undefined || target === peerId;
  for (const other of room.room.peers.values()) {
    if (other.peerId === peerId) continue;
    const info = other.dataProducers.find((producer) => producer.dataProducerId === dataProducerId);
    const owner = media.room.of(other.peerId);
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
