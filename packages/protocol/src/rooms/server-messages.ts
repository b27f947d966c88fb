import { z } from "zod";
import { IceServer, IceServersMessage, Pong, ProtocolError, RequestId } from "../common.ts";
import { ReconnectToken } from "../credentials.ts";
import { Accepts } from "../ice-failure.ts";
import { PeerId, RoomId } from "../ids.ts";
import { Source } from "./client-messages.ts";
import {
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  SctpStreamParameters,
  TransportParameters,
} from "./media-parameters.ts";
import { E2eeMode, ParticipantInfo } from "./participant.ts";

const reply = { requestId: RequestId.optional() };
const KeyNumber = z.union([z.int(), z.string()]);

export const ProducerInfo = z
  .object({
    producerId: z.string(),
    kind: MediaKind,
    source: Source.optional(),
    paused: z.boolean().optional(),
  })
  .meta({ id: "ProducerInfo" });
export type ProducerInfo = z.infer<typeof ProducerInfo>;

export const DataProducerInfo = z
  .object({ dataProducerId: z.string(), label: z.string(), protocol: z.string() })
  .meta({ id: "DataProducerInfo" });
export type DataProducerInfo = z.infer<typeof DataProducerInfo>;

export const RoomPeer = ParticipantInfo.extend({
  peerId: PeerId,
  producers: z.array(ProducerInfo),
  dataProducers: z.array(DataProducerInfo).optional(),
  status: z.enum(["connected", "disconnected"]).optional(),
}).meta({ id: "RoomPeer" });
export type RoomPeer = z.infer<typeof RoomPeer>;

export const RoomJoined = z
  .object({
    type: z.literal("room-joined"),
    roomId: RoomId,
    peerId: PeerId,
    sendTransport: TransportParameters,
    recvTransport: TransportParameters,
    existingPeers: z.array(RoomPeer),
    routerRtpCapabilities: RtpCapabilities.optional(),
    resumeToken: ReconnectToken.optional(),
    iceServers: z.array(IceServer).optional(),
    accepts: Accepts.optional(),
    maxParticipants: z.int().nullable().optional(),
    e2ee: E2eeMode.optional(),
    canPublish: z.boolean().optional(),
    canSubscribe: z.boolean().optional(),
    /** The peer was here before, on media that is gone: rebuild both transports, publish and subscribe again. */
    migrated: z.boolean().optional(),
  })
  .meta({ id: "RoomJoined", description: "The socket has a place in the room; with its transports and who is there." });
export type RoomJoined = z.infer<typeof RoomJoined>;

export const RoomResumed = z
  .object({
    type: z.literal("room-resumed"),
    roomId: RoomId,
    peerId: PeerId,
    existingPeers: z.array(RoomPeer),
    producers: z.array(ProducerInfo),
    consumers: z.array(z.object({ consumerId: z.string(), producerId: z.string(), paused: z.boolean() })),
    dataProducers: z.array(DataProducerInfo),
    dataConsumers: z.array(z.object({ dataConsumerId: z.string(), dataProducerId: z.string() })),
    resumeToken: ReconnectToken,
    iceServers: z.array(IceServer).optional(),
    accepts: Accepts.optional(),
  })
  .meta({
    id: "RoomResumed",
    description: "The socket took over its peer: transports, producers and consumers live on.",
  });
export type RoomResumed = z.infer<typeof RoomResumed>;

export const TransportConnected = z
  .object({ type: z.literal("transport-connected"), transportId: z.string(), ...reply })
  .meta({ id: "TransportConnected" });
export const IceRestarted = z
  .object({
    type: z.literal("ice-restarted"),
    transportId: z.string(),
    iceParameters: TransportParameters.shape.iceParameters,
    ...reply,
  })
  .meta({ id: "IceRestarted" });
export const Produced = z
  .object({ type: z.literal("produced"), producerId: z.string(), kind: MediaKind, ...reply })
  .meta({ id: "Produced" });
export const NewProducer = z
  .object({ type: z.literal("new-producer"), peerId: PeerId, ...ProducerInfo.shape })
  .meta({ id: "NewProducer", description: "Another peer published a track." });
export const ConsumerParameters = z
  .object({
    type: z.literal("consumer-parameters"),
    peerId: PeerId,
    consumerId: z.string(),
    producerId: z.string(),
    kind: MediaKind,
    rtpParameters: RtpParameters,
    paused: z.boolean().optional(),
    producerPaused: z.boolean().optional(),
    ...reply,
  })
  .meta({ id: "ConsumerParameters" });
export const DataProduced = z
  .object({ type: z.literal("data-produced"), dataProducerId: z.string(), ...reply })
  .meta({ id: "DataProduced" });
export const DataConsumerParameters = z
  .object({
    type: z.literal("data-consumer-parameters"),
    peerId: PeerId,
    dataConsumerId: z.string(),
    dataProducerId: z.string(),
    sctpStreamParameters: SctpStreamParameters,
    label: z.string(),
    protocol: z.string(),
    ...reply,
  })
  .meta({ id: "DataConsumerParameters" });
export const Stats = z
  .object({ type: z.literal("stats"), stats: z.array(z.record(z.string(), z.unknown())), ...reply })
  .meta({ id: "Stats", description: "As mediasoup's getStats() gives them." });
export const Ack = z.object({ type: z.literal("ack"), requestId: RequestId }).meta({ id: "Ack" });

/** Why a peer is no longer in the room; `superseded`: another participant joined under its identity, to take its place. */
export const RoomLeftReason = z
  .enum(["left", "disconnected", "expired", "kicked", "superseded"])
  .meta({ id: "RoomLeftReason" });
export type RoomLeftReason = z.infer<typeof RoomLeftReason>;

export const RoomPeerLeft = z
  .object({ type: z.literal("peer-left"), peerId: PeerId, reason: RoomLeftReason.optional() })
  .meta({ id: "RoomPeerLeft", description: "A peer left, was removed, or lost its socket." });

// features=presence
export const RoomPeerJoined = z
  .object({ type: z.literal("peer-joined"), peerId: PeerId, ...ParticipantInfo.shape })
  .meta({ id: "RoomPeerJoined" });
export const PeerDisconnected = z
  .object({ type: z.literal("peer-disconnected"), peerId: PeerId })
  .meta({ id: "PeerDisconnected", description: "A peer lost its socket; its place and its media stay for a while." });
export const PeerResumed = z
  .object({ type: z.literal("peer-resumed"), peerId: PeerId })
  .meta({ id: "PeerResumed", description: "A peer is back on a new socket." });

// features=media
const ofProducer = { peerId: PeerId, producerId: z.string() };
export const ProducerPaused = z
  .object({ type: z.literal("producer-paused"), ...ofProducer })
  .meta({ id: "ProducerPaused", description: "A peer muted a track." });
export const ProducerResumed = z
  .object({ type: z.literal("producer-resumed"), ...ofProducer })
  .meta({ id: "ProducerResumed" });
export const ProducerClosed = z
  .object({
    type: z.literal("producer-closed"),
    ...ofProducer,
    /** The media server was lost; the same track is about to be published anew. */
    migrating: z.boolean().optional(),
  })
  .meta({ id: "ProducerClosed", description: "A track is gone, and with it what consumed it." });
export const ActiveSpeaker = z
  .object({ type: z.literal("active-speaker"), peerId: PeerId.nullable(), producerId: z.string().nullable() })
  .meta({ id: "ActiveSpeaker", description: "Who speaks now; null: nobody." });
export const ConsumerLayersChanged = z
  .object({
    type: z.literal("consumer-layers-changed"),
    consumerId: z.string(),
    spatialLayer: z.int().nullable(),
    temporalLayer: z.int().nullable(),
  })
  .meta({ id: "ConsumerLayersChanged", description: "The layers that flow now; null: none." });
export const ConsumerScore = z
  .object({ type: z.literal("consumer-score"), consumerId: z.string(), score: z.int(), producerScore: z.int() })
  .meta({ id: "ConsumerScore", description: "How well it arrives and is sent, 0 (dead) to 10." });

// features=data
export const NewDataProducer = z
  .object({ type: z.literal("new-data-producer"), peerId: PeerId, ...DataProducerInfo.shape })
  .meta({ id: "NewDataProducer", description: "A peer published a data channel, to all or to this peer alone." });
export const DataProducerClosed = z
  .object({ type: z.literal("data-producer-closed"), peerId: PeerId, dataProducerId: z.string() })
  .meta({ id: "DataProducerClosed" });

export const DataConsumerReady = z
  .object({ type: z.literal("data-consumer-ready"), dataProducerId: z.string(), peerId: PeerId })
  .meta({ id: "DataConsumerReady", description: "From now on what is sent on an own data channel reaches this peer." });

// features=layers
export const ProducerLayers = z
  .object({ type: z.literal("producer-layers"), producerId: z.string(), spatialLayer: z.int().min(-1) })
  .meta({ id: "ProducerLayers", description: "The highest layer that anybody takes of an own producer; -1: none." });

// features=levels, or set-audio-levels
export const AudioLevels = z
  .object({
    type: z.literal("audio-levels"),
    levels: z.array(z.object({ ...ofProducer, volume: z.int().min(-127).max(0) })),
  })
  .meta({ id: "AudioLevels", description: "The loudest voices, dBov (RFC 6464), loudest first; empty: silence." });

export const E2eePeerAnnounced = z
  .object({ type: z.literal("e2ee-peer-announced"), fromPeerId: PeerId, publicKey: z.string(), keyId: KeyNumber })
  .meta({ id: "E2eePeerAnnounced" });
export const E2eePeerKey = z
  .object({
    type: z.literal("e2ee-peer-key"),
    fromPeerId: PeerId,
    keyId: KeyNumber,
    wrappedKey: z.string(),
    wrapIv: z.string(),
  })
  .meta({ id: "E2eePeerKey" });
export const E2eeKeyRequested = z
  .object({ type: z.literal("e2ee-key-requested"), fromPeerId: PeerId })
  .meta({ id: "E2eeKeyRequested" });

export const RoomServerMessage = z.discriminatedUnion("type", [
  RoomJoined,
  RoomResumed,
  TransportConnected,
  IceRestarted,
  Produced,
  NewProducer,
  ConsumerParameters,
  DataProduced,
  DataConsumerParameters,
  Stats,
  Ack,
  IceServersMessage,
  Pong,
  RoomPeerLeft,
  RoomPeerJoined,
  PeerDisconnected,
  PeerResumed,
  ProducerPaused,
  ProducerResumed,
  ProducerClosed,
  ActiveSpeaker,
  ConsumerLayersChanged,
  ConsumerScore,
  NewDataProducer,
  DataProducerClosed,
  DataConsumerReady,
  ProducerLayers,
  AudioLevels,
  E2eePeerAnnounced,
  E2eePeerKey,
  E2eeKeyRequested,
  ProtocolError,
]);
export type RoomServerMessage = z.infer<typeof RoomServerMessage>;
