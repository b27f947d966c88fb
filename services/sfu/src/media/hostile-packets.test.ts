import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import process from "node:process";
import type { types } from "mediasoup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rtpPacket } from "../testing/raw-packets.ts";
import { MEDIA_CODECS } from "./codecs.ts";
import { isPatched } from "./patched.ts";
import { startWorker } from "./start-worker.ts";

const LISTEN = { protocol: "udp", ip: "127.0.0.1" } as const;
const OPUS = { mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 };
const VP8 = { mimeType: "video/VP8", payloadType: 96, clockRate: 90_000 };
const AUDIO_LEVEL = { uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", id: 1 } as const;
const TWO_BYTES = 0x1000;
const SSRC = 5;

let worker: types.Worker;
let sent: types.PlainTransport;
let received: types.PlainTransport;
let voice: types.Producer;
beforeEach(async () => {
  worker = await startWorker(process.env.MEDIASOUP_WORKER_BIN);
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const open = () => router.createPlainTransport({ listenInfo: LISTEN, comedia: true, rtcpMux: true });
  [sent, received] = await Promise.all([open(), open()]);
  const sound = { codecs: [OPUS], headerExtensions: [AUDIO_LEVEL], encodings: [{ ssrc: SSRC }] };
  voice = await sent.produce({ kind: "audio", rtpParameters: sound });
  // A worker looks for feedback about bandwidth from who receives a video.
  const picture = { codecs: [VP8], encodings: [{ ssrc: SSRC + 1 }] };
  const { id } = await sent.produce({ kind: "video", rtpParameters: picture });
  await received.consume({ producerId: id, rtpCapabilities: router.rtpCapabilities });
});
afterEach(() => worker.close());

/** Resolves when the worker has read it, and reads on. */
async function takes(transport: types.PlainTransport, packet: Buffer): Promise<void> {
  const socket = createSocket("udp4");
  const bytes = async () => (await transport.getStats())[0]?.bytesReceived ?? 0;
  const before = await bytes();
  await new Promise((resolve) => socket.send(packet, transport.tuple.localPort, "127.0.0.1", resolve));
  await expect.poll(bytes).toBe(before + packet.length);
  await worker.dump();
  socket.close();
}

/** Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01) of runs, each of so many packets. */
function feedback(runs: readonly (readonly [hasArrived: boolean, count: number])[], count: number, deltas: number) {
  const fixed = Buffer.alloc(20);
  const chunks = Buffer.alloc(2 * runs.length);
  for (const [index, [hasArrived, length]] of runs.entries()) {
    chunks.writeUInt16BE((hasArrived ? 1 << 13 : 0) | length, 2 * index);
  }
  const content = Buffer.concat([chunks, Buffer.alloc(deltas + ((4 - ((chunks.length + deltas) % 4)) % 4))]);
  fixed[0] = 0x80 | 15;
  fixed[1] = 205;
  fixed.writeUInt16BE((fixed.length + content.length) / 4 - 1, 2);
  fixed.writeUInt16BE(1, 12);
  fixed.writeUInt16BE(count, 14);
  return Buffer.concat([fixed, content]);
}

/** The longest run of a chunk. */
const RUN = 8_191;
const ANNOUNCED = 60_000;
const runs = (hasArrived: boolean, count: number): [boolean, number][] => [
  ...Array.from({ length: Math.floor(count / RUN) }, (): [boolean, number] => [hasArrived, RUN]),
  [hasArrived, count % RUN],
];
/**
 * Two packets and 65,536 more have arrived, which is two in 16 bits. On the way the count of all stays below what is
 * announced, is beyond it in one step, and comes to it by those that have not arrived. Nothing follows the two deltas.
 */
const WRAPPING: readonly [boolean, number][] = [
  [true, 2],
  ...runs(true, ANNOUNCED - 3),
  ...runs(true, 65_536 + 2 - (ANNOUNCED - 1)),
  ...runs(false, ANNOUNCED - 3),
  [false, 1],
];

const payload = Buffer.from("frame");
const header = { payloadType: 111, ssrc: SSRC };

async function arrives(packet: Buffer): Promise<void> {
  await takes(sent, packet);
  await expect.poll(async () => (await voice.getStats())[0]?.packetCount).toBe(1);
}

test("What everybody sends arrives", () => arrives(rtpPacket({ ...header, extension: [0x10_30_00_00] }, payload)));

test("Everybody's feedback is taken", async () => {
  const arrived: [boolean, number][] = [
    [true, 2],
    [false, 5],
  ];
  await takes(received, feedback(arrived, 7, 2));
});

// The worker that mediasoup offers ends at these. Where there is a compiler, tests run on the patched one.
if (isPatched(process.env.MEDIASOUP_WORKER_BIN))
  describe("The patched media worker lives on after", () => {
    test.each([
      [
        "an extension without a value",
        rtpPacket({ ...header, extension: [0x01_00_00_00], extensionProfile: TWO_BYTES }, payload),
      ],
      ["extensions of 36 KiB", rtpPacket({ ...header, extension: Array.from({ length: 9_216 }, () => 0) }, payload)],
    ])("%s, which has arrived", (_what, packet) => arrives(packet));

    test("feedback whose counts wrap around", () => takes(received, feedback(WRAPPING, ANNOUNCED, 2)));
  });
