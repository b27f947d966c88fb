import { z } from "zod";

// The dictionaries of mediasoup (https://mediasoup.org/documentation/v3/mediasoup/rtp-parameters-and-capabilities/),
// within bounds: what comes from a browser ends up in a media worker that all rooms share.

const uint8 = z.int().min(0).max(255);
const uint16 = z.int().min(0).max(65_535);
const uint32 = z.int().min(0).max(4_294_967_295);
const name = z.string().min(1).max(256);

export const MediaKind = z.enum(["audio", "video"]).meta({ id: "MediaKind" });
export type MediaKind = z.infer<typeof MediaKind>;

// What follows goes into the SDP of everybody who receives: one line each, nothing that could begin another one.
const line = z
  .string()
  .max(256)
  .regex(/^[\x20-\x7e]*$/);
/** A name of `name=value;name=value`. */
const settingName = z.string().regex(/^[\x21-\x3a\x3c\x3e-\x7e]{1,64}$/);
const settingText = z
  .string()
  .max(1_024)
  .regex(/^[\x20-\x3a\x3c-\x7e]*$/);

const CodecSettings = z
  .record(settingName, z.union([settingText, z.number(), z.boolean()]))
  .refine((settings) => Object.keys(settings).length <= 64, "Too many settings");

const RtcpFeedback = z.object({ type: z.string().max(64), parameter: z.string().max(64).optional() });

const Codec = z.object({
  mimeType: name,
  clockRate: z.int().min(1).max(4_294_967_295),
  channels: uint8.optional(),
  parameters: CodecSettings.optional(),
  rtcpFeedback: z.array(RtcpFeedback).max(32).optional(),
});

const payloadType = z.int().min(0).max(127);
/** RFC 8285: 1 to 14 in one byte, up to 255 in two; 15 is reserved. */
const extensionId = z.int().min(1).max(255);

export const RtpCapabilities = z
  .object({
    codecs: z
      .array(Codec.extend({ kind: MediaKind, preferredPayloadType: payloadType.optional() }))
      .max(64)
      .optional(),
    headerExtensions: z
      .array(
        z.object({
          kind: MediaKind,
          uri: name,
          preferredId: extensionId,
          preferredEncrypt: z.boolean().optional(),
          direction: z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]).optional(),
        }),
      )
      .max(64)
      .optional(),
  })
  .meta({ id: "RtpCapabilities", description: "What an endpoint can receive (mediasoup RtpCapabilities)." });
export type RtpCapabilities = z.infer<typeof RtpCapabilities>;

/** RFC 8852: letters, digits, `-` and `_`. */
const rid = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);

const Encoding = z.object({
  ssrc: uint32.optional(),
  rid: rid.optional(),
  codecPayloadType: payloadType.optional(),
  rtx: z.object({ ssrc: uint32 }).optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: z
    .string()
    // As many spatial layers as there may be encodings: that is what one consumer gets of them.
    .regex(/^[LS][1-4]T[1-3](h|_KEY|_KEY_SHIFT)?$/)
    .optional(),
  maxBitrate: z.number().min(0).max(4_294_967_295).transform(Math.round).optional(),
  /** W3C WebRTC: how much smaller than the source this encoding is; the layer policy works with it. */
  scaleResolutionDownBy: z.number().min(1).max(64).optional(),
});

export const RtpParameters = z
  .object({
    mid: z.string().min(1).max(32).optional(),
    codecs: z.array(Codec.extend({ payloadType })).min(1).max(32),
    headerExtensions: z
      .array(
        z.object({
          uri: name,
          id: extensionId,
          encrypt: z.boolean().optional(),
          parameters: CodecSettings.optional(),
        }),
      )
      .max(32)
      .optional(),
    encodings: z.array(Encoding).min(1).max(4).optional(),
    rtcp: z.object({ cname: line.optional(), reducedSize: z.boolean().optional() }).optional(),
    msid: line.optional(),
  })
  .meta({
    id: "RtpParameters",
    description: "What one producer sends, or one consumer gets (mediasoup RtpParameters).",
  });
export type RtpParameters = z.infer<typeof RtpParameters>;

export const DtlsParameters = z
  .object({
    role: z.enum(["auto", "client", "server"]).optional(),
    fingerprints: z
      .array(
        z.object({
          algorithm: z.enum(["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]),
          value: z.string().regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}$/),
        }),
      )
      .min(1)
      .max(8),
  })
  .meta({ id: "DtlsParameters", description: "Role and certificate fingerprints of the client (RFC 8122)." });
export type DtlsParameters = z.infer<typeof DtlsParameters>;

export const SctpStreamParameters = z
  .object({
    streamId: uint16,
    ordered: z.boolean().optional(),
    maxPacketLifeTime: uint16.optional(),
    maxRetransmits: uint16.optional(),
  })
  .refine(
    ({ ordered, maxPacketLifeTime, maxRetransmits }) =>
      (maxPacketLifeTime === undefined || maxRetransmits === undefined) &&
      (ordered !== true || (maxPacketLifeTime === undefined && maxRetransmits === undefined)),
    "An ordered stream is reliable; an unordered one has one of maxPacketLifeTime and maxRetransmits",
  )
  .meta({ id: "SctpStreamParameters", description: "A data channel's SCTP stream (RFC 8831)." });
export type SctpStreamParameters = z.infer<typeof SctpStreamParameters>;

/** How a client reaches one of its two transports. */
export const TransportParameters = z
  .object({
    id: z.string(),
    iceParameters: z.object({ usernameFragment: z.string(), password: z.string(), iceLite: z.boolean().optional() }),
    iceCandidates: z.array(
      z.object({
        foundation: z.string(),
        priority: z.number(),
        ip: z.string(),
        address: z.string(),
        protocol: z.enum(["udp", "tcp"]),
        port: z.int(),
        type: z.literal("host"),
        tcpType: z.literal("passive").optional(),
      }),
    ),
    dtlsParameters: z.object({
      role: z.enum(["auto", "client", "server"]).optional(),
      fingerprints: z.array(z.object({ algorithm: z.string(), value: z.string() })),
    }),
    sctpParameters: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "TransportParameters", description: "ICE, DTLS and SCTP of a transport, for mediasoup-client." });
export type TransportParameters = z.infer<typeof TransportParameters>;
