import { describe, expect, test } from "vitest";
import { DtlsParameters, RtpCapabilities, RtpParameters, SctpStreamParameters } from "./media-parameters.ts";

const vp8 = { mimeType: "video/VP8", payloadType: 96, clockRate: 90_000 };
const video = (more: object = {}) => ({ codecs: [vp8], encodings: [{ ssrc: 1 }], ...more });
const withCodec = (more: object) => video({ codecs: [{ ...vp8, ...more }] });
const withEncoding = (encoding: object) => video({ encodings: [encoding] });
const withExtension = (extension: object) => video({ headerExtensions: [{ uri: "urn:x", id: 1, ...extension }] });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const named = (count: number): object =>
  Object.fromEntries(times(count, 0).map((_none, index) => [`n${index}`, index]));

// As mediasoup-client makes them out of what browsers offer.
const CHROME_SIMULCAST = {
  mid: "1",
  msid: "3f1d4b2e-8a77-4f0e-9d33-2a1b6c5e7f90 c0ffee00-1111-4222-8333-444455556666",
  codecs: [
    {
      mimeType: "video/H264",
      payloadType: 108,
      clockRate: 90_000,
      parameters: { "level-asymmetry-allowed": 1, "packetization-mode": 1, "profile-level-id": "42e01f" },
      rtcpFeedback: [
        { type: "goog-remb", parameter: "" },
        { type: "transport-cc", parameter: "" },
        { type: "ccm", parameter: "fir" },
        { type: "nack", parameter: "pli" },
      ],
    },
    { mimeType: "video/rtx", payloadType: 109, clockRate: 90_000, parameters: { apt: 108 }, rtcpFeedback: [] },
  ],
  headerExtensions: [
    { uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: 4, encrypt: false, parameters: {} },
    { uri: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", id: 10, encrypt: false, parameters: {} },
    { uri: "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", id: 12 },
  ],
  encodings: ["r0", "r1", "r2"].map((rid, index) => ({
    rid,
    scalabilityMode: "L1T3",
    maxBitrate: 150_000 * 4 ** index,
    scaleResolutionDownBy: 4 / 2 ** index,
    dtx: false,
  })),
  rtcp: { cname: "xNYtW/7WVl+f2Gd4", reducedSize: true },
};
const FIREFOX_AUDIO = {
  mid: "0",
  codecs: [
    {
      mimeType: "audio/opus",
      payloadType: 109,
      clockRate: 48_000,
      channels: 2,
      parameters: { maxplaybackrate: 48_000, stereo: 1, useinbandfec: 1 },
      rtcpFeedback: [{ type: "nack" }],
    },
  ],
  headerExtensions: [{ uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", id: 1 }],
  encodings: [{ ssrc: 2_869_571_240, dtx: true }],
  rtcp: { cname: "{6f2c7a8e-3b55-4f02-a1c9-0d9e8b7a6c54}" },
};
const SVC = {
  codecs: [{ ...vp8, mimeType: "video/VP9", parameters: { "profile-id": 0 } }],
  encodings: [{ ssrc: 4_294_967_295, rtx: { ssrc: 5 }, scalabilityMode: "L3T3_KEY" }],
};

describe("rtpParameters are accepted:", () => {
  test.each<[string, object]>([
    ["Chrome's simulcast", CHROME_SIMULCAST],
    ["Firefox's audio", FIREFOX_AUDIO],
    ["layers in one stream", SVC],
    ["no encodings", { codecs: [vp8] }],
    ["settings of all three types", withCodec({ parameters: { a: "b c", b: 1.5, c: true, "111/111": "", apt: 96 } })],
    ["bounds", withEncoding({ ssrc: 0, rid: "a".repeat(32), codecPayloadType: 127, maxBitrate: 4_294_967_295 })],
    ["four encodings of the largest mode", video({ encodings: times(4, { scalabilityMode: "S4T3h" }) })],
    ["64 settings", withCodec({ parameters: named(64) })],
    [
      "32 codecs, each with 32 kinds of feedback",
      video({ codecs: times(32, { ...vp8, rtcpFeedback: times(32, { type: "nack" }) }) }),
    ],
  ])("%s", (_what, parameters) => expect(RtpParameters.parse(parameters)).toEqual(parameters));

  test("read again, they are the same: nodes pass on what they have read", () => {
    for (const parameters of [CHROME_SIMULCAST, FIREFOX_AUDIO, SVC, withEncoding({ maxBitrate: 999.5 })]) {
      const once = RtpParameters.parse(parameters);
      expect(RtpParameters.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
    }
  });

  test("a bitrate is rounded: mediasoup makes a BigInt of it, and of no fraction", () => {
    expect(RtpParameters.parse(withEncoding({ maxBitrate: 0.4 })).encodings?.[0]?.maxBitrate).toBe(0);
  });

  test("what browsers say beyond them is dropped", () => {
    const { encodings } = RtpParameters.parse(withEncoding({ ssrc: 1, active: true, networkPriority: "low" }));
    expect(encodings).toEqual([{ ssrc: 1 }]);
  });
});

describe("rtpParameters are refused:", () => {
  test.each<[string, object]>([
    ["no codecs", { codecs: [] }],
    ["33 codecs", { codecs: times(33, vp8) }],
    ["a codec without payload type", { codecs: [{ mimeType: "video/VP8", clockRate: 90_000 }] }],
    ["a payload type of more than 7 bits", withCodec({ payloadType: 128 })],
    ["half a payload type", withCodec({ payloadType: 96.5 })],
    ["a clock that stands still", withCodec({ clockRate: 0 })],
    ["a clock beyond 32 bits", withCodec({ clockRate: 2 ** 32 })],
    ["256 channels", withCodec({ channels: 256 })],
    ["65 settings", withCodec({ parameters: named(65) })],
    ["a setting that is a list", withCodec({ parameters: { a: [1] } })],
    ["a setting that is nothing", withCodec({ parameters: { a: null } })],
    ["a setting of no finite number", withCodec({ parameters: { a: Number.NaN } })],
    ["an endless setting", withCodec({ parameters: { a: "x".repeat(1_025) } })],
    ["an endless name of a setting", withCodec({ parameters: { ["x".repeat(65)]: 1 } })],
    ["33 kinds of feedback", withCodec({ rtcpFeedback: times(33, { type: "nack" }) })],
    ["33 header extensions", video({ headerExtensions: times(33, { uri: "urn:x", id: 1 }) })],
    ["a header extension 0", withExtension({ id: 0 })],
    ["a header extension 256", withExtension({ id: 256 })],
    ["a header extension without name", withExtension({ uri: "" })],
    ["no encoding in the list", video({ encodings: [] })],
    ["five encodings", video({ encodings: times(5, {}) })],
    ["an ssrc beyond 32 bits", withEncoding({ ssrc: 2 ** 32 })],
    ["a negative ssrc", withEncoding({ ssrc: -1 })],
    ["a rid with a blank", withEncoding({ rid: "r 0" })],
    ["a rid of 33 characters", withEncoding({ rid: "r".repeat(33) })],
    ["five spatial layers", withEncoding({ scalabilityMode: "L5T1" })],
    ["four temporal layers", withEncoding({ scalabilityMode: "L1T4" })],
    ["a mode and more", withEncoding({ scalabilityMode: "L1T3_KEYS" })],
    ["a negative bitrate", withEncoding({ maxBitrate: -1 })],
    ["an endless bitrate", withEncoding({ maxBitrate: Number.POSITIVE_INFINITY })],
    ["a scale that enlarges", withEncoding({ scaleResolutionDownBy: 0.5 })],
    ["an empty mid", video({ mid: "" })],
    ["a mid of 33 characters", video({ mid: "m".repeat(33) })],
  ])("%s", (_what, parameters) => expect(RtpParameters.safeParse(parameters).success).toBe(false));

  // All of these reach the SDP that the others' browsers are given.
  const LINE = "x\r\na=fingerprint:sha-256 00";
  test.each<[string, object]>([
    ["a setting", withCodec({ parameters: { a: LINE } })],
    ["the name of a setting", withCodec({ parameters: { [LINE]: 1 } })],
    ["a setting with a setting inside", withCodec({ parameters: { a: "1;stereo=1" } })],
    ["a name with a value inside", withCodec({ parameters: { "stereo=1": 0 } })],
    ["a setting of a header extension", withExtension({ parameters: { a: LINE } })],
    ["the cname", video({ rtcp: { cname: LINE } })],
    ["the msid", video({ msid: LINE })],
    ["the msid, with a lone line feed", video({ msid: "x\n" })],
    ["the msid, outside ASCII", video({ msid: "x\u2028" })],
  ])("a line of SDP in %s", (_what, parameters) => expect(RtpParameters.safeParse(parameters).success).toBe(false));
});

describe("rtpCapabilities", () => {
  const opus = { kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2 };

  test.each<[string, object]>([
    ["none at all", {}],
    ["codecs with and without payload type", { codecs: [opus, { ...opus, preferredPayloadType: 100 }] }],
    [
      "header extensions",
      {
        headerExtensions: [
          { kind: "video", uri: "urn:3gpp:video-orientation", preferredId: 11, direction: "recvonly" },
        ],
      },
    ],
  ])("are accepted: %s", (_what, capabilities) => {
    expect(RtpCapabilities.parse(capabilities)).toEqual(capabilities);
  });

  test.each<[string, object]>([
    ["a codec without kind", { codecs: [{ ...opus, kind: undefined }] }],
    ["65 codecs", { codecs: times(65, opus) }],
    [
      "an extension of no direction",
      { headerExtensions: [{ kind: "audio", uri: "u", preferredId: 1, direction: "" }] },
    ],
    ["an extension without id", { headerExtensions: [{ kind: "audio", uri: "u" }] }],
  ])("are refused: %s", (_what, capabilities) => expect(RtpCapabilities.safeParse(capabilities).success).toBe(false));
});

describe("dtlsParameters", () => {
  const hex = (bytes: number, separator = ":") => times(bytes, "aF").join(separator);
  const fingerprint = (value: string, algorithm = "sha-256") => ({ fingerprints: [{ algorithm, value }] });

  test.each<[string, object]>([
    ["SHA-256", { role: "client", ...fingerprint(hex(32)) }],
    ["the shortest", fingerprint(hex(20), "sha-1")],
    ["the longest", fingerprint(hex(64), "sha-512")],
  ])("are accepted: %s", (_what, parameters) => expect(DtlsParameters.parse(parameters)).toEqual(parameters));

  test.each<[string, object]>([
    ["no fingerprint", { fingerprints: [] }],
    ["nine fingerprints", { fingerprints: times(9, { algorithm: "sha-1", value: hex(20) }) }],
    ["an algorithm that is none", fingerprint(hex(32), "md5")],
    ["a value that is too short", fingerprint(hex(19))],
    ["a value that is too long", fingerprint(hex(65))],
    ["a value without colons", fingerprint(hex(32, ""))],
    ["a value that is not hexadecimal", fingerprint(hex(32).replace("a", "g"))],
    ["a role that is none", { role: "actpass", ...fingerprint(hex(32)) }],
  ])("are refused: %s", (_what, parameters) => expect(DtlsParameters.safeParse(parameters).success).toBe(false));
});

describe("sctpStreamParameters", () => {
  test.each([
    { streamId: 0 },
    { streamId: 65_535, ordered: true },
    { streamId: 1, ordered: false },
    { streamId: 1, ordered: false, maxRetransmits: 0 },
    { streamId: 1, maxPacketLifeTime: 65_535 },
  ])("are accepted: %j", (parameters) => expect(SctpStreamParameters.parse(parameters)).toEqual(parameters));

  test.each([
    {},
    { streamId: 65_536 },
    { streamId: -1 },
    { streamId: "1" },
    { streamId: 1, ordered: true, maxRetransmits: 1 },
    { streamId: 1, ordered: false, maxRetransmits: 1, maxPacketLifeTime: 1 },
    { streamId: 1, maxPacketLifeTime: 65_536 },
  ])("are refused: %j", (parameters) => expect(SctpStreamParameters.safeParse(parameters).success).toBe(false));
});
