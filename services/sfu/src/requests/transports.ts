import { Refusal } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import type { PeerMedia } from "../media/peer-media.ts";
import { type Reply, type Request, type RequestContext, unlessGone, withParameters } from "./context.ts";

export async function connect(
  { media }: RequestContext,
  { transportId, dtlsParameters }: Request<"connect-transport">,
): Promise<Reply> {
  const transport = transportOf(media, transportId);
  const { role, fingerprints } = dtlsParameters;
  // Again after an answer that was lost: DTLS begins once, with the fingerprints that came first.
  if (transport.appData.isConnected !== true) {
    await withParameters(media, "dtlsParameters", () =>
      transport.connect({ dtlsParameters: { fingerprints, ...(role && { role }) } }),
    );
    transport.appData.isConnected = true;
    media.isKnown = true;
  }
  return { type: "transport-connected", transportId };
}

export async function restartIce({ media }: RequestContext, { transportId }: Request<"restart-ice">): Promise<Reply> {
  const iceParameters = await transportOf(media, transportId).restartIce();
  return { type: "ice-restarted", transportId, iceParameters };
}

export async function stats(
  { media }: RequestContext,
  { producerId, consumerId, transportId }: Request<"get-stats">,
): Promise<Reply> {
  const sources: { getStats(): Promise<unknown[]> }[] = [];
  if (producerId !== undefined) {
    const own = media.producers.get(producerId);
    if (!own) throw new Refusal("producer_not_found");
    sources.push(own.producer);
  }
  if (consumerId !== undefined) {
    const own = media.consumers.get(consumerId);
    if (!own) throw new Refusal("consumer_not_found");
    sources.push({ getStats: () => unlessGone(media, own, () => own.consumer.getStats()) });
  }
  if (transportId !== undefined) sources.push(transportOf(media, transportId));
  if (sources.length === 0) sources.push(media.send, media.recv);
  const figures = await Promise.all(sources.map((source) => source.getStats()));
  return { type: "stats", stats: figures.flat() as Record<string, unknown>[] };
}

/** @throws {Refusal} `transport_not_found` for any transport that is not the peer's own */
export function transportOf(media: PeerMedia, id: string): types.WebRtcTransport {
  const transport = media.transport(id);
  if (!transport) throw new Refusal("transport_not_found");
  return transport;
}
