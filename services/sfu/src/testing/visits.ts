import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";
import { roomPeers, usageSessions } from "@radist-tech/db";
import type { RoomId } from "@radist-tech/protocol";
import { isNull } from "drizzle-orm";
import { expect } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { consumes, produceAudio, produceData, produces } from "./media.ts";
import { UNHURRIED } from "./other-peers.ts";
import { joins, type TestPeer } from "./test-peer.ts";
import { until } from "./until.ts";
import { WorkerSpy } from "./worker-spy.ts";

const AT_ONCE = 8;
/** People who stay where they are; the other rooms open and close with their visitors. */
const HOSTS = 4;
const MEGABYTE = 1024 * 1024;

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

interface Host {
  readonly roomId: RoomId;
  readonly person: TestPeer;
  readonly producerId: string;
  readonly dataProducerId: string;
}

async function hostOf(cluster: Cluster): Promise<Host> {
  const roomId = await cluster.createRoom();
  const person = await joins(cluster, roomId, { features: "resume,levels" });
  return {
    roomId,
    person,
    producerId: await produces(person, produceAudio()),
    dataProducerId: await produceData(person),
  };
}

const WAYS_OUT: readonly ((visitor: TestPeer) => unknown)[] = [
  (visitor) => visitor.asks({ type: "leave-room" }),
  (visitor) => visitor.socket.close(),
  (visitor) => visitor.socket.terminate(),
  (visitor) => {
    visitor.says(produceAudio());
    visitor.socket.terminate();
  },
];

/** Comes, sends, receives, and goes, in one of the ways; every other one could come back, and does not. */
async function visit(cluster: Cluster, { roomId, producerId, dataProducerId }: Host, count: number): Promise<void> {
  await using visitor = await joins(cluster, roomId, count % 2 === 0 ? { features: "" } : {});
  await produces(visitor, produceAudio());
  await produceData(visitor);
  await consumes(visitor, producerId);
  await visitor.asks({ type: "consume-data", dataProducerId });
  await WAYS_OUT[Math.floor(count / 2) % WAYS_OUT.length]?.(visitor);
}

/** Runs so many pieces of work, several at once. */
async function severalAtOnce(from: number, to: number, work: (count: number) => Promise<void>): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < to) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Many peers join and leave, cleanly and abruptly, and leave everything as it was. */
export async function leaveNothingBehind(visits: number): Promise<void> {
  using spy = new WorkerSpy();
  await using cluster = await startCluster({ env: { ...UNHURRIED, RESUME_WINDOW_MS: "200" } });
  const [worker] = spy.workers;
  const hosts = await Promise.all(Array.from({ length: HOSTS }, () => hostOf(cluster)));
  const { db } = cluster.connection;
  const everything = async () => ({
    worker: counts(await worker?.dump()),
    server: counts(await spy.webRtcServers.find(({ closed }) => !closed)?.dump()),
    open: Object.fromEntries(Object.entries(spy.open()).filter(([, count]) => count > 0)),
    files: readdirSync(`/proc/${worker?.pid}/fd`).length,
    places: await db.$count(roomPeers),
    sessions: await db.$count(usageSessions, isNull(usageSessions.closedAt)),
    sockets: await cluster.nodes[0]?.metric("radist_sfu_sockets"),
    peers: await cluster.nodes[0]?.metric("radist_sfu_peers"),
  });
  const before = await everything();
  expect(before).toMatchObject({ open: { routers: HOSTS, transports: 2 * HOSTS }, places: HOSTS, sessions: HOSTS });

  const turn = async (count: number): Promise<void> => {
    const host = hosts[count % HOSTS];
    // Of three visits one is to a room that goes on.
    if (count % 3 === 0 && host) return visit(cluster, host, count);
    const own = await hostOf(cluster);
    await visit(cluster, own, count);
    await own.person[Symbol.asyncDispose]();
  };
  const memoryAfter = async (from: number, to: number) => {
    await severalAtOnce(from, to, turn);
    await until(async () => (await db.$count(roomPeers)) === HOSTS);
    await until(async () => (await db.$count(usageSessions, isNull(usageSessions.closedAt))) === HOSTS);
    collectGarbage();
    return { node: process.memoryUsage().heapUsed, worker: residentBytes(Number(worker?.pid)) };
  };
  const turns = (visits * 3) / 5;
  const half = await memoryAfter(0, turns / 2);
  const full = await memoryAfter(turns / 2, turns);
  expect(spy.made("transports")).toBe(2 * (visits + HOSTS));
  expect(await everything()).toEqual(before);
  // What each visit left behind would be there as often as there were visits.
  expect(full.node - half.node).toBeLessThan(8 * MEGABYTE);
  expect(full.worker - half.worker).toBeLessThan(8 * MEGABYTE);
  expect(await cluster.nodes[0]?.metric("radist_sfu_worker_deaths_total")).toBe(0);
}

/** How many there are in each list of a dump, at any depth. */
function counts(dump: object = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(dump as Record<string, unknown>)
      .filter(([, value]) => typeof value === "object" && value !== null)
      .map(([name, value]) => [name, Array.isArray(value) ? value.length : counts(value as object)]),
  );
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1_024;
}
