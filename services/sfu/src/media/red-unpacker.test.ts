import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { RtpCapabilities, RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redPayload, rtpPacket } from "../testing/raw-packets.ts";
import { MEDIA_CODECS } from "./codecs.ts";
import { capableInside, producedInside } from "./red.ts";
import { payloadTypeOf } from "./red-packet.ts";
import { RedUnpacker } from "./red-unpacker.ts";
import { startWorker } from "./start-worker.ts";

const LISTEN = { protocol: "udp", ip: "127.0.0.1" } as const;
const PACKETS = 20;
const OPUS = { mimeType: "audio/opus", clockRate: 48_000, channels: 2 };
const RED = { mimeType: "audio/red", clockRate: 48_000, channels: 2 };

const workers: types.Worker[] = [];
let router: types.Router;
let other: types.Router;
beforeAll(async () => {
  const open = async () => {
    const worker = await startWorker(process.env.MEDIASOUP_WORKER_BIN);
    workers.push(worker);
    return worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  };
  [router, other] = await Promise.all([open(), open()]);
});
afterAll(() => {
  for (const worker of workers) worker.close();
});

const frame = (index: number) => Buffer.from(`frame ${index}`);
const framesIn = (packet: Buffer) =>
  [...packet.toString("latin1").matchAll(/frame (\d+)/g)].map(([, index]) => Number(index));

/** Somebody who sends RED, over plain RTP. */
async function sender() {
  const transport = await router.createPlainTransport({ listenInfo: LISTEN, comedia: true, rtcpMux: true });
  const ssrc = Math.floor(Math.random() * 2 ** 31);
  const sent = {
    codecs: [
      { ...OPUS, payloadType: 111 },
      { ...RED, payloadType: 63 },
    ],
    encodings: [{ ssrc }],
  };
  const rtpParameters = producedInside(RtpParameters.parse(sent), true) as types.RtpParameters;
  const producer = await transport.produce({ kind: "audio", rtpParameters });
  const socket = createSocket("udp4");
  const say = (sequenceNumber: number): void => {
    const payload = redPayload(111, [frame(sequenceNumber - 1)], frame(sequenceNumber));
    const header = { payloadType: 63, ssrc, sequenceNumber, timestamp: 960 * sequenceNumber };
    socket.send(rtpPacket(header, payload), transport.tuple.localPort, "127.0.0.1");
  };
  return { producer, say, close: () => socket.close() };
}

/** Somebody who receives on another machine. */
async function receiver(on: types.Router): Promise<{ transport: types.PlainTransport; socket: Socket }> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const transport = await on.createPlainTransport({ listenInfo: LISTEN, rtcpMux: true });
  await transport.connect({ ip: "127.0.0.1", port: (socket.address() as AddressInfo).port });
  return { transport, socket };
}

const capable = (isAllowed: boolean) => {
  const codecs = [OPUS, RED].map((codec) => ({ kind: "audio", ...codec }));
  return capableInside(RtpCapabilities.parse({ codecs }), isAllowed) as types.RtpCapabilities;
};

/** The packets that come while the sender goes on speaking. */
async function heard({ socket }: { socket: Socket }, say: (sequenceNumber: number) => void): Promise<Buffer[]> {
  const packets: Buffer[] = [];
  const whole = new Promise<void>((resolve) => {
    socket.on("message", (packet) => {
      const payloadType = payloadTypeOf(packet);
      // RTCP comes along (RFC 5761, section 4).
      if (payloadType >= 72 && payloadType <= 79) return;
      if (packets.push(packet) === PACKETS) resolve();
    });
  });
  let sequenceNumber = 1;
  const speaking = setInterval(() => say(sequenceNumber++), 5);
  await whole;
  clearInterval(speaking);
  return packets;
}

test.each([
  ["beside the sender", () => router],
  ["at the other end of a pipe", () => other],
])("RED goes through as it is, and its Opus to who takes no RED, %s", async (_where, at) => {
  const { producer, say, close } = await sender();
  const unpacker = new RedUnpacker(producer, router);
  const bring = async (id: string): Promise<void> => {
    if (at() !== router) await router.pipeToRouter({ producerId: id, router: at(), listenInfo: LISTEN });
  };
  const [redReceiver, opusReceiver] = await Promise.all([receiver(at()), receiver(at())]);

  await bring(producer.id);
  const red = await redReceiver.transport.consume({ producerId: producer.id, rtpCapabilities: capable(true) });
  const opus = await unpacker.subscribe(async ({ id }) => {
    await bring(id);
    return opusReceiver.transport.consume({ producerId: id, rtpCapabilities: capable(false) });
  });
  const [reds, plains] = await Promise.all([heard(redReceiver, say), heard(opusReceiver, () => {})]);

  const payloadTypeIn = (consumer: types.Consumer) => consumer.rtpParameters.codecs[0]?.payloadType;
  expect(new Set(reds.map(payloadTypeOf))).toEqual(new Set([payloadTypeIn(red)]));
  expect(new Set(plains.map(payloadTypeOf))).toEqual(new Set([payloadTypeIn(opus)]));
  expect(plains.flatMap(framesIn)).toHaveLength(PACKETS);
  for (const packet of reds) expect(framesIn(packet)).toHaveLength(2);
  const numbers = plains.flatMap(framesIn);
  expect(numbers).toEqual(numbers.toSorted((one, next) => one - next));
  close();
  for (const { socket } of [redReceiver, opusReceiver]) socket.close();
});

test("the plain producer exists as long as it has a consumer, and no longer than its RED producer", async () => {
  const { producer, close } = await sender();
  const unpacker = new RedUnpacker(producer, router);
  const { transport, socket } = await receiver(router);
  const made: types.Producer[] = [];
  const subscribe = () =>
    unpacker.subscribe((plain) => {
      made.push(plain);
      return transport.consume({ producerId: plain.id, rtpCapabilities: capable(false) });
    });
  const [first, second] = await Promise.all([subscribe(), subscribe()]);
  expect(new Set(made).size).toBe(1);
  first.close();
  expect(made[0]?.closed).toBe(false);
  second.close();
  await expect.poll(() => made[0]?.closed).toBe(true);

  const third = await subscribe();
  expect(made.at(-1)?.closed).toBe(false);
  producer.close();
  await expect.poll(() => [made.at(-1)?.closed, third.closed]).toEqual([true, true]);
  await expect(subscribe()).rejects.toThrow();
  close();
  socket.close();
});

test("a failed subscription leaves nothing behind", async () => {
  const { producer, close } = await sender();
  const unpacker = new RedUnpacker(producer, router);
  const made: types.Producer[] = [];
  const refused = unpacker.subscribe((plain) => {
    made.push(plain);
    return Promise.reject(new Error("No."));
  });
  await expect(refused).rejects.toThrow("No.");
  await expect.poll(() => made[0]?.closed).toBe(true);
  close();
});
