import type { RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RedundantAudio } from "./redundant-audio.ts";

/** The part of an RTCPeerConnection that mediasoup-client's handler holds. */
class ConnectionModel {
  readonly applied: string[] = [];
  localDescription = { sdp: "" };
  transceivers: { mid: string | null; sender: object }[] = [];

  getTransceivers() {
    return this.transceivers;
  }

  async setRemoteDescription({ sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
    this.applied.push(sdp);
  }
}

beforeEach(() => {
  vi.stubGlobal("RTCPeerConnection", ConnectionModel);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const codec = (mimeType: string, preferredPayloadType: number) => ({ mimeType, preferredPayloadType });
const OPUS = codec("audio/opus", 111);
const RED = codec("audio/red", 63);

const section = (formats: string, mid: string, ...lines: string[]) =>
  [`m=audio 9 UDP/TLS/RTP/SAVPF ${formats}`, `a=mid:${mid}`, ...lines, ""].join("\r\n");
const OPUS_LINE = "a=rtpmap:111 opus/48000/2";
const RED_LINES = ["a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111"];

function create(...codecs: object[]) {
  const [sending, receiving] = [new ConnectionModel(), new ConnectionModel()];
  const transport = (connection: unknown) => ({ handler: { _pc: connection } }) as unknown as types.Transport;
  const device = { recvRtpCapabilities: { codecs } } as unknown as types.Device;
  return { sending, receiving, red: RedundantAudio.create(device, transport(sending), transport(receiving)) };
}

const parameters = (mid: string) => ({ mid, codecs: [{ mimeType: "audio/opus" }] }) as unknown as RtpParameters;

test.each([
  ["RED", [OPUS]],
  ["Opus", [RED]],
])("is not used in a room without %s", async (_, codecs) => {
  const { sending, red } = create(...codecs);
  expect(red).toBeUndefined();
  const answer = section("111", "0", OPUS_LINE);
  await sending.setRemoteDescription({ type: "answer", sdp: answer });
  expect(sending.applied).toEqual([answer]);
});

test("is sent by the senders that ask for it, if the browser offers it", async () => {
  const { sending, red } = create(OPUS, RED);
  const [voice, music, other] = [{}, {}, {}];
  red?.enableFor(voice as RTCRtpSender);
  red?.enableFor(other as RTCRtpSender);
  sending.transceivers = [
    { mid: "0", sender: voice },
    { mid: "1", sender: music },
    { mid: "2", sender: other },
    { mid: null, sender: voice },
  ];
  const offered = (mid: string) => section("111 63", mid, OPUS_LINE, ...RED_LINES);
  sending.localDescription = { sdp: offered("0") + offered("1") + section("111", "2", OPUS_LINE) };
  const plain = (mid: string) => section("111", mid, OPUS_LINE);
  await sending.setRemoteDescription({ type: "answer", sdp: plain("0") + plain("1") + plain("2") });
  expect(sending.applied).toEqual([section("63 111", "0", ...RED_LINES, OPUS_LINE) + plain("1") + plain("2")]);
  expect(red?.addCodec(parameters("0")).codecs).toEqual([
    { mimeType: "audio/opus" },
    { mimeType: "audio/red", payloadType: 63, clockRate: 48_000, channels: 2 },
  ]);
  expect(red?.addCodec(parameters("1"))).toEqual(parameters("1"));
});

test("is declared in the offers of what is received", async () => {
  const { receiving } = create(OPUS, RED);
  await receiving.setRemoteDescription({
    type: "offer",
    sdp: section("111 63", "0", OPUS_LINE, "a=rtpmap:63 red/48000/2"),
  });
  expect(receiving.applied).toEqual([section("111 63", "0", OPUS_LINE, ...RED_LINES)]);
});

test("another version of mediasoup-client is noticed at once", () => {
  const device = { recvRtpCapabilities: { codecs: [OPUS, RED] } } as unknown as types.Device;
  const transport = { handler: {} } as unknown as types.Transport;
  expect(() => RedundantAudio.create(device, transport, transport)).toThrow("_pc");
});
