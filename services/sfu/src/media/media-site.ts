import type { NodeId, PeerId, RtpCapabilities, TransportParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import type { RedUnpacker } from "./red-unpacker.ts";

/** The two transports of a peer. */
export interface PeerTransports {
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  /** What a client needs to connect one of them. */
  parametersOf(transport: types.WebRtcTransport): TransportParameters;
}

/** A producer, or a data producer, that is to be consumed at another site. */
export type Pipeable = { readonly producerId: string } | { readonly dataProducerId: string };

/**
 * Where media of a room is carried. The peers of one site reach each other there; what they produce reaches other sites
 * through pipes.
 */
export interface MediaSite {
  readonly nodeId: NodeId;
  readonly rtpCapabilities: RtpCapabilities;
  readonly isClosed: boolean;
  /** Opens a peer's transports. Everything that goes through them ends with them. */
  open(peerId: PeerId): Promise<PeerTransports>;
  /** Makes a producer of another site available at this one: once, however many ask. */
  pipeFrom(producer: Pipeable, from: MediaSite): Promise<void>;
  /** The Opus inside a producer of RED at this site. */
  unpackRed(producer: types.Producer): RedUnpacker;
  close(): Promise<void>;
}
