import fc from "fast-check";

/*
 * Media parameters that pass the schema, or almost, and that no honest client would send: what collides, points nowhere,
 * contradicts itself or is as large as may be. Small pools of ids and numbers make collisions frequent.
 */

const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => ({ weight: 1, arbitrary });
/** Absent as often as not. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const payloadTypes = pick(96, 97, 98, 0, 111, 127);
const ssrcs = pick(1, 2, 3, 4_294_967_295, 1_234);
const numbers = fc.oneof(
  pick<number>(0, -0, 1, -1, 96, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, -1e308, 5e-324, 0.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const texts = fc.oneof(
  pick("", "1", "0", "96", "42e01f", "640c34", "zzzzzz", "4d0032ff", "-1", "x".repeat(1_024), " ", "a=b", "%s%n"),
  fc.string({ maxLength: 40, unit: "grapheme-ascii" }),
);
const NAMES = [
  "apt",
  "profile-level-id",
  "packetization-mode",
  "level-asymmetry-allowed",
  "profile-id",
  "level-idx",
  "tier",
  "num_streams",
  "coupled_streams",
  "channel_mapping",
  "useinbandfec",
  "usedtx",
  "sprop-stereo",
  "x-google-start-bitrate",
  "constructor",
  "toString",
  "hasOwnProperty",
];
/** Rarely of a type that mediasoup refuses at once: what it lets through goes further. */
const setting = fc.oneof({ weight: 50, arbitrary: numbers }, { weight: 50, arbitrary: texts }, rarely(fc.boolean()));
const settings = fc.dictionary(pick(...NAMES), setting, { maxKeys: 4 });

const feedback = fc.array(
  fc.record({
    type: fc.oneof({ weight: 100, arbitrary: pick("nack", "ccm", "transport-cc", "goog-remb", "x") }, rarely(pick(""))),
    parameter: maybe(pick("", "pli", "fir", "rpsi", "x".repeat(64))),
  }),
  { maxLength: 8 },
);

const opus = { mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 };
const red = { mimeType: "audio/red", payloadType: 63, clockRate: 48_000, channels: 2 };
const vp8 = { mimeType: "video/VP8", payloadType: 96, clockRate: 90_000 };
const vp9 = { mimeType: "video/VP9", payloadType: 98, clockRate: 90_000, parameters: { "profile-id": 0 } };
const h264 = {
  mimeType: "video/H264",
  payloadType: 0,
  clockRate: 90_000,
  parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
};
const av1 = { mimeType: "video/AV1", payloadType: 127, clockRate: 90_000 };
const rtxOf = (apt: number) => ({ mimeType: "video/rtx", payloadType: 97, clockRate: 90_000, parameters: { apt } });
const odd = [
  rtxOf(97),
  rtxOf(5),
  { mimeType: "audio/multiopus", payloadType: 111, clockRate: 48_000, channels: 6 },
  { mimeType: "audio/red", payloadType: 111, clockRate: 48_000, channels: 2 },
  { mimeType: "video/ulpfec", payloadType: 127, clockRate: 90_000 },
  { mimeType: "video/flexfec-03", payloadType: 127, clockRate: 90_000 },
  { mimeType: "audio/telephone-event", payloadType: 96, clockRate: 8_000 },
  { mimeType: "video/nonsense", payloadType: 127, clockRate: 1 },
];

interface AnyCodec {
  readonly mimeType: string;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly channels?: number;
  readonly parameters?: Record<string, string | number | boolean>;
}

/** A codec with one or the other thing wrong with it, mostly none that would be noticed at once. */
const twisted = (known: AnyCodec): fc.Arbitrary<AnyCodec> =>
  fc
    .tuple(
      maybe(feedback),
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: settings }),
      fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        rarely<object>(fc.record({ payloadType: payloadTypes })),
        rarely<object>(fc.record({ clockRate: pick(90_000, 48_000, 1, 4_294_967_295) })),
        rarely<object>(fc.record({ channels: pick(0, 1, 2, 255) })),
      ),
    )
    .map(([rtcpFeedback, parameters, more]) => ({
      ...known,
      ...(rtcpFeedback && { rtcpFeedback }),
      parameters: { ...known.parameters, ...parameters },
      ...more,
    }));

const codecs = fc
  .tuple(
    pick<AnyCodec[]>(
      [opus],
      [opus, red],
      [vp8],
      [vp8, rtxOf(96)],
      [vp9, rtxOf(98)],
      [h264, rtxOf(0)],
      [av1],
      [h264, vp8, vp9, av1],
    ),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<AnyCodec[]>([]) },
      rarely(fc.array(pick<AnyCodec>(...odd, opus, vp8))),
    ),
  )
  .chain(([known, more]) => fc.tuple(...[...known, ...more].slice(0, 32).map(twisted)));

const URIS = [
  "urn:ietf:params:rtp-hdrext:sdes:mid",
  "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
  "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "urn:3gpp:video-orientation",
  "urn:ietf:params:rtp-hdrext:toffset",
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
  "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
  "urn:mediasoup:params:rtp-hdrext:packet-id",
];

const headerExtensions = fc.array(
  fc.record(
    {
      uri: fc.oneof({ weight: 60, arbitrary: pick(...URIS) }, rarely(pick("urn:nobody:knows:this"))),
      id: pick(1, 2, 3, 14, 15, 255),
      encrypt: fc.boolean(),
      parameters: settings,
    },
    { requiredKeys: ["uri", "id"] },
  ),
  { maxLength: 32 },
);

const modes = fc
  .tuple(pick("L", "S"), pick(1, 2, 3), pick(1, 2, 3), pick("", "h", "_KEY", "_KEY_SHIFT"))
  .map(([letter, spatial, temporal, suffix]) => `${letter}${spatial}T${temporal}${suffix}`);
const mode = fc.oneof({ weight: 5, arbitrary: pick("L1T3", "L1T1") }, rarely(modes));

const encodings = fc.array(
  fc.record(
    {
      ssrc: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 4_294_967_295 }) }, rarely(ssrcs)),
      rid: pick("r0", "r1", "hi", "-", "x".repeat(32)),
      codecPayloadType: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, rarely(payloadTypes)),
      rtx: fc.record({ ssrc: fc.oneof(ssrcs, fc.constant(0)) }),
      dtx: fc.boolean(),
      scalabilityMode: mode,
      maxBitrate: pick(0, 0.4, 1, 4_294_967_295),
      scaleResolutionDownBy: pick(1, 1.000_1, 2, 64),
    },
    { requiredKeys: [] },
  ),
  { minLength: 1, maxLength: 4 },
);

const rtpParameters = fc.record(
  {
    codecs,
    mid: pick("0", "1", "x".repeat(32), " "),
    headerExtensions,
    encodings,
    rtcp: fc.record({ cname: pick("", "c", "x".repeat(256)), reducedSize: fc.boolean() }, { requiredKeys: [] }),
    msid: pick("", "-", "s t", "x".repeat(256)),
  },
  { requiredKeys: ["codecs"] },
);

/** What a receiver could claim to be able to receive. */
export const rtpCapabilities = fc.record(
  {
    codecs: fc.array(
      fc
        .tuple(pick<AnyCodec>(opus, vp8, vp9, h264, av1, rtxOf(96), ...odd).chain(twisted), pick("audio", "video"))
        .map(([{ payloadType, ...rest }, kind]) => ({ ...rest, kind, preferredPayloadType: payloadType })),
      { maxLength: 12 },
    ),
    headerExtensions: fc.array(
      fc.record(
        {
          kind: pick("audio", "video"),
          uri: pick(...URIS),
          preferredId: pick(1, 2, 3, 4, 5, 10, 255),
          preferredEncrypt: fc.boolean(),
          direction: pick("sendrecv", "sendonly", "recvonly", "inactive"),
        },
        { requiredKeys: ["kind", "uri", "preferredId"] },
      ),
      { maxLength: 64 },
    ),
  },
  { requiredKeys: [] },
);

const hex = (bytes: number) =>
  Array.from({ length: bytes }, (_none, index) => (index % 256).toString(16).padStart(2, "0")).join(":");

/** Roles and fingerprints of the wrong length for their algorithm, too. */
export const dtlsParameters = fc.record(
  {
    role: pick("auto", "client", "server"),
    fingerprints: fc.array(
      fc.record({
        algorithm: pick("sha-1", "sha-224", "sha-256", "sha-384", "sha-512"),
        value: pick(...[20, 28, 32, 48, 64].map(hex), hex(32).toUpperCase()),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  },
  { requiredKeys: ["fingerprints"] },
);

const streamId = pick(0, 1, 2, 1_023, 1_024, 65_534, 65_535);
const limit = pick(0, 1, 65_535);
export const sctpStreamParameters = fc.oneof(
  fc.record({ streamId, ordered: fc.boolean() }, { requiredKeys: ["streamId"] }),
  fc.record({ streamId, ordered: fc.constant(false), maxPacketLifeTime: limit }),
  fc.record({ streamId, maxRetransmits: limit }),
);

export const hostileProduce = fc.record(
  {
    type: fc.constant("produce"),
    kind: pick("audio", "video"),
    rtpParameters,
    paused: fc.boolean(),
    source: pick("camera", "x".repeat(32)),
    width: pick(0, 1, 16_384),
    height: pick(0, 1, 16_384),
  },
  { requiredKeys: ["type", "kind", "rtpParameters"] },
);
