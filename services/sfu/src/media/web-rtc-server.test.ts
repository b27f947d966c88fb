import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import process from "node:process";
import type { types } from "mediasoup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answeredFrom } from "../testing/stun.ts";
import { MEDIA_CODECS } from "./codecs.ts";
import { iceCandidates as candidatesOf } from "./ice-candidates.ts";
import { startWorker } from "./start-worker.ts";
import { openWebRtcServer } from "./web-rtc-server.ts";

const refusal = (port: number): string => `MEDIA_PORT: ${port}, UDP and TCP, cannot be had`;

let worker: types.Worker;
beforeEach(async () => {
  worker = await startWorker(process.env.MEDIASOUP_WORKER_BIN);
});
afterEach(() => worker.close());

const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
const lacks = (wanted: string): boolean => interfaces.every(({ address }) => address !== wanted);

/** Where this machine is in a network; browsers send from there. */
const ownAddress = (family: "IPv4" | "IPv6"): string | undefined =>
  interfaces.find((one) => one.family === family && !one.internal && !one.address.startsWith("fe80"))?.address;

/** Announced addresses; those that this machine has are listened at themselves. */
const at = (...current: string[]) => ({ current, bindable: current.filter((address) => !lacks(address)) });

const portsOf = async (server: types.WebRtcServer): Promise<Set<number>> => {
  const { udpSockets, tcpServers } = await server.dump();
  return new Set([...udpSockets, ...tcpServers].map(({ port }) => port));
};

async function transportOf(webRtcServer: types.WebRtcServer): Promise<types.WebRtcTransport> {
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  return router.createWebRtcTransport({ webRtcServer });
}

describe.each([
  { family: "IPv4", loopback: "127.0.0.1", own: ownAddress("IPv4") },
  { family: "IPv6", loopback: "::1", own: ownAddress("IPv6") },
])("Where a loopback address of $family is announced", ({ loopback, own }) => {
  test.skipIf(lacks(loopback))("it is one candidate for UDP and one for TCP, of one port, be it any port", async () => {
    const server = await openWebRtcServer(worker, at(loopback), 0);
    const [port, ...others] = await portsOf(server);
    expect(others).toEqual([]);
    const { iceCandidates } = await transportOf(server);
    const told = candidatesOf([loopback], iceCandidates).map((one) => `${one.protocol} ${one.address} ${one.port}`);
    expect(told).toEqual([`udp ${loopback} ${port}`, `tcp ${loopback} ${port}`]);
  });

  test.skipIf(!own || lacks(loopback))(
    "who asks there is answered from there, wherever it asks from; other addresses answer, too",
    async () => {
      const server = await openWebRtcServer(worker, at(loopback), 0);
      const [port = 0] = await portsOf(server);
      const { iceParameters } = await transportOf(server);
      const asked = (from = "", to = "") => answeredFrom(iceParameters, { from, to, port });
      expect(await asked(own, loopback)).toBe(loopback);
      expect(await asked(loopback, loopback)).toBe(loopback);
      // As a packet comes to a container, whose ports are published.
      expect(await asked(own, own)).toBe(own);
    },
  );
});

test.skipIf(interfaces.filter(({ family }) => family === "IPv4").length < 2)(
  "Whoever asks at one address of this machine from another one is answered from where it asked.",
  async () => {
    const own = interfaces.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    const server = await openWebRtcServer(worker, at(...own), 0);
    const [port = 0] = await portsOf(server);
    const { iceParameters } = await transportOf(server);
    for (const to of own) {
      for (const from of own) expect(await answeredFrom(iceParameters, { from, to, port })).toBe(to);
    }
  },
);

test.skipIf(lacks("::1"))("Of both families, and beside other addresses, all are answered in one port.", async () => {
  const announced = ["192.0.2.7", "127.0.0.1", "::1"];
  const server = await openWebRtcServer(worker, at(...announced), 0);
  const [port = 0, ...others] = await portsOf(server);
  expect(others).toEqual([]);
  const { iceParameters, iceCandidates } = await transportOf(server);
  for (const to of ["127.0.0.1", "::1"]) {
    expect(await answeredFrom(iceParameters, { from: to, to, port })).toBe(to);
  }
  const told = candidatesOf(announced, iceCandidates).map((one) => `${one.address} ${one.protocol}`);
  expect(told.toSorted()).toEqual(announced.flatMap((address) => [`${address} tcp`, `${address} udp`]).toSorted());
});

/** Holds a port. */
interface Holder extends Disposable {
  readonly port: number;
}

async function udp(address: string, reuseAddr: boolean): Promise<Holder> {
  const socket = createSocket({ type: "udp4", reuseAddr });
  socket.bind(0, address);
  await once(socket, "listening");
  return { port: socket.address().port, [Symbol.dispose]: () => socket.close() };
}

async function tcp(): Promise<Holder> {
  const server = createServer().listen(0, "0.0.0.0");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => server.close() };
}

describe("A port is refused that is held", () => {
  test.each<[string, () => Promise<Holder>]>([
    ["for UDP", () => udp("0.0.0.0", false)],
    ["for UDP, by who would share it", () => udp("0.0.0.0", true)],
    ["for UDP at the loopback address, by who would share it", () => udp("127.0.0.1", true)],
    ["for TCP", tcp],
  ])("%s", async (_how, hold) => {
    using holder = await hold();
    await expect(openWebRtcServer(worker, at("127.0.0.1"), holder.port)).rejects.toThrow(refusal(holder.port));
  });

  test("by another worker, which is not disturbed", async () => {
    const server = await openWebRtcServer(worker, at("127.0.0.1"), 0);
    const [port = 0] = await portsOf(server);
    const other = await startWorker(process.env.MEDIASOUP_WORKER_BIN);
    await expect(openWebRtcServer(other, at("127.0.0.1"), port)).rejects.toThrow(refusal(port));
    const { iceParameters } = await transportOf(server);
    for (const to of ["127.0.0.1", ownAddress("IPv4") ?? "127.0.0.1"]) {
      expect(await answeredFrom(iceParameters, { from: to, to, port })).toBe(to);
    }
    other.close();
  });
});

test("A port is free again for the next worker when the one that had it is gone.", async () => {
  const [port = 0] = await portsOf(await openWebRtcServer(worker, at("127.0.0.1"), 0));
  const died = once(worker, "died");
  process.kill(worker.pid, "SIGKILL");
  await died;
  worker = await startWorker(process.env.MEDIASOUP_WORKER_BIN);
  expect(await portsOf(await openWebRtcServer(worker, at("127.0.0.1"), port))).toEqual(new Set([port]));
});
