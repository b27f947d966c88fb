import { once } from "node:events";
import { pause } from "@radist-tech/protocol/timing";
import { WebSocket } from "ws";
import { cpuSeconds, residentKiB } from "./figures.ts";
import type { Contender } from "./servers.ts";

/** An offer as browsers make it: 16 candidates, about 1.3 kB. */
const SDP = `v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n${"a=candidate:1 1 udp 2122260223 192.168.1.2 54321 typ host\r\n".repeat(20)}`;

const PAIRS = 50;
const IN_FLIGHT = 4;
const WARM_UP_MS = 1_000;
const MEASURE_MS = 4_000;

/** Signals that a server process relays per second of its CPU time. */
export async function relayed(contender: Contender): Promise<number> {
  const pairs = await Promise.all(Array.from({ length: PAIRS }, () => openPair(contender)));
  let received = 0;
  for (const { alice, bob, bobId } of pairs) {
    const frame = contender.frame(bobId, { type: "offer", sdp: SDP });
    bob.on("message", () => {
      received++;
      alice.send(frame);
    });
    for (let count = 0; count < IN_FLIGHT; count++) alice.send(frame);
  }
  await pause(WARM_UP_MS);
  const { pid } = contender.process;
  const [cpu, before] = [cpuSeconds(pid), received];
  await pause(MEASURE_MS);
  const figure = (received - before) / (cpuSeconds(pid) - cpu);
  for (const { alice, bob } of pairs) for (const socket of [alice, bob]) socket.terminate();
  return figure;
}

/** KiB of resident memory that one more idle socket costs a server process. */
export async function idleKiB(contender: Contender, sockets: number): Promise<number> {
  const warm = await Promise.all(Array.from({ length: 50 }, () => openPair(contender)));
  await pause(WARM_UP_MS);
  const before = residentKiB(contender.process.pid);
  const pairs = [];
  for (let count = 0; count < sockets / 2; count += 25) {
    pairs.push(...(await Promise.all(Array.from({ length: 25 }, () => openPair(contender)))));
  }
  await pause(WARM_UP_MS);
  const figure = (residentKiB(contender.process.pid) - before) / sockets;
  for (const { alice, bob } of [...warm, ...pairs]) for (const socket of [alice, bob]) socket.terminate();
  return figure;
}

async function openPair(contender: Contender): Promise<{ alice: WebSocket; bob: WebSocket; bobId: string }> {
  const [first, second] = await contender.pair();
  const alice = await open(first, contender.name === "signaling");
  const bob = await open(second, contender.name === "signaling");
  return { alice: alice.socket, bob: bob.socket, bobId: bob.peerId };
}

async function open(url: string, joins: boolean): Promise<{ socket: WebSocket; peerId: string }> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  if (!joins) {
    await once(socket, "open");
    return { socket, peerId: "peer_a1b2c3d4e5f6g7h8" };
  }
  const [data] = (await once(socket, "message")) as [Buffer];
  const joined = JSON.parse(data.toString()) as { type: string; peerId: string };
  if (joined.type !== "call_joined") throw new Error(`The socket was refused: ${data.toString()}`);
  socket.on("message", () => {});
  return { socket, peerId: joined.peerId };
}
