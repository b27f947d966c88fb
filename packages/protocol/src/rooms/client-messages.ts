import { z } from "zod";
import { Ping, RequestId } from "../common.ts";
import { IceFailure } from "../ice-failure.ts";
import { PeerId } from "../ids.ts";
import { DtlsParameters, MediaKind, RtpCapabilities, RtpParameters, SctpStreamParameters } from "./media-parameters.ts";

/** Ids of transports, producers and consumers are the server's own. One that it never gave is simply not found. */
const MediaId = z.string().min(1).max(64);

const request = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape, description: string) =>
  z
    .object({ type: z.literal(type), ...shape, requestId: RequestId.optional() })
    .meta({ id: pascal(type), description });

const pascal = (type: string): string =>
  type.replaceAll(/(?:^|-)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

const byteText = (max: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_+/=-]*$/)
    .min(1)
    .max(max);

const KeyNumber = z.union([z.int().nonnegative(), z.string().min(1).max(128)]);

/** What a producer shows or plays; `microphone`, `camera`, `screen` and `screen-audio` are what the SDK sends. */
export const Source = z
  .string()
  .regex(/^[a-z0-9_.:-]{1,32}$/)
  .meta({ id: "Source" });
export type Source = z.infer<typeof Source>;

const pixels = z.int().min(0).max(16_384);

export const ConnectTransport = request(
  "connect-transport",
  { transportId: MediaId, dtlsParameters: DtlsParameters },
  "Complete the DTLS handshake of a transport. Answer: transport-connected.",
);
export const Produce = request(
  "produce",
  {
    kind: MediaKind,
    rtpParameters: RtpParameters,
    transportId: MediaId.optional(),
    paused: z.boolean().optional(),
    source: Source.optional(),
    width: pixels.optional(),
    height: pixels.optional(),
  },
  "Publish a track. Answer: produced. Width and height of the source, pixels, help the server to choose layers.",
);
export const Consume = request(
  "consume",
  {
    producerId: MediaId,
    rtpCapabilities: RtpCapabilities.optional(),
    transportId: MediaId.optional(),
    paused: z.boolean().optional(),
  },
  "Subscribe to a producer. Answer: consumer-parameters. Capabilities that were sent once need not be sent again.",
);
export const SetPreferredLayer = request(
  "set-preferred-layer",
  { consumerId: MediaId, spatialLayer: z.int().min(0).max(7), temporalLayer: z.int().min(0).max(7).optional() },
  "Cap the layers of a consumer. Answer, with a requestId: ack.",
);
export const LeaveRoom = request("leave-room", {}, "Leave the room for good. With a requestId: ack, then the close.");

export const E2eeAnnounce = request(
  "e2ee-announce",
  { publicKey: byteText(256), keyId: KeyNumber },
  "Tell all peers the own X25519 public key and the id of the current sender key.",
);
export const E2eeKey = request(
  "e2ee-key",
  { targetPeerId: PeerId, keyId: KeyNumber, wrappedKey: byteText(1_024), wrapIv: byteText(64) },
  "Deliver a wrapped sender key to one peer.",
);
export const E2eeRequestKey = request(
  "e2ee-request-key",
  { targetPeerId: PeerId },
  "Ask a peer for its latest wrapped sender key.",
);

export const PauseProducer = request(
  "pause-producer",
  { producerId: MediaId },
  "Stop sending for a while. Answer: ack.",
);
export const ResumeProducer = request("resume-producer", { producerId: MediaId }, "Go on sending. Answer: ack.");
export const CloseProducer = request("close-producer", { producerId: MediaId }, "Take a track back. Answer: ack.");
export const PauseConsumer = request(
  "pause-consumer",
  { consumerId: MediaId },
  "Stop receiving for a while. Answer: ack.",
);
export const ResumeConsumer = request(
  "resume-consumer",
  { consumerId: MediaId },
  "Go on receiving, from a key frame. Answer: ack.",
);
export const CloseConsumer = request("close-consumer", { consumerId: MediaId }, "Unsubscribe. Answer: ack.");
export const SetPriority = request(
  "set-priority",
  { consumerId: MediaId, priority: z.int().min(1).max(255) },
  "Which consumer keeps its quality when bandwidth is short: the higher one. Answer: ack.",
);
export const SetView = request(
  "set-view",
  {
    views: z
      .array(
        z.object({ consumerId: MediaId, visible: z.boolean(), width: pixels.optional(), height: pixels.optional() }),
      )
      .min(1)
      .max(256)
      .refine((views) => new Set(views.map(({ consumerId }) => consumerId)).size === views.length, "One view each"),
  },
  "Tell how large each video is shown, device pixels: the server picks layers and pauses what is hidden. Answer: ack.",
);
export const SetAudioLevels = request(
  "set-audio-levels",
  { enabled: z.boolean() },
  "Send audio-levels from now on, or no longer; features=levels asks for them from the start. Answer: ack.",
);
export const RestartIce = request("restart-ice", { transportId: MediaId }, "Restart ICE. Answer: ice-restarted.");
export const ProduceData = request(
  "produce-data",
  {
    sctpStreamParameters: SctpStreamParameters,
    label: z.string().max(256).optional(),
    protocol: z.string().max(256).optional(),
    targetPeerId: PeerId.optional(),
    transportId: MediaId.optional(),
  },
  "Publish a data channel, to all or to one peer alone. Answer: data-produced.",
);
export const ConsumeData = request(
  "consume-data",
  { dataProducerId: MediaId, transportId: MediaId.optional(), paused: z.boolean().optional() },
  "Subscribe to a data channel. Answer: data-consumer-parameters.",
);
export const ResumeDataConsumer = request(
  "resume-data-consumer",
  { dataConsumerId: MediaId },
  "The channel is open here: let messages through. The sender is told data-consumer-ready. Answer: ack.",
);
export const CloseDataProducer = request("close-data-producer", { dataProducerId: MediaId }, "Answer: ack.");
export const CloseDataConsumer = request("close-data-consumer", { dataConsumerId: MediaId }, "Answer: ack.");
export const GetStats = request(
  "get-stats",
  { producerId: MediaId.optional(), consumerId: MediaId.optional(), transportId: MediaId.optional() },
  "The server's figures of one own producer, consumer or transport, or of both transports. Answer: stats.",
);

export const RoomClientMessage = z.discriminatedUnion("type", [
  ConnectTransport,
  Produce,
  Consume,
  SetPreferredLayer,
  LeaveRoom,
  E2eeAnnounce,
  E2eeKey,
  E2eeRequestKey,
  PauseProducer,
  ResumeProducer,
  CloseProducer,
  PauseConsumer,
  ResumeConsumer,
  CloseConsumer,
  SetPriority,
  SetView,
  SetAudioLevels,
  RestartIce,
  ProduceData,
  ConsumeData,
  ResumeDataConsumer,
  CloseDataProducer,
  CloseDataConsumer,
  GetStats,
  IceFailure,
  Ping,
]);
export type RoomClientMessage = z.infer<typeof RoomClientMessage>;
