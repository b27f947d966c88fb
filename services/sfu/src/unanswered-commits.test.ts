import { roomPeers, rooms, usageSessions } from "@radist-tech/db";
import { type FaultProxy, faultProxy, freshDatabase } from "@radist-tech/testkit";
import { and, eq, isNull } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";

/** A node whose path to the database can lose the answer to a COMMIT. */
async function clusterBehindProxy(): Promise<{ cluster: Cluster; proxy: FaultProxy } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const url = new URL(database.url);
  const proxy = stack.use(await faultProxy({ host: url.hostname, port: Number(url.port || 5432) }));
  url.host = proxy.host;
  const cluster = stack.use(await startCluster({ databaseUrl: url.href, env: { COMPARE_ROWS_MS: "500" } }));
  return { cluster, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a claim whose COMMIT was not answered leaves no room at home on a node that does not hold it", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster, proxy } = behind;
  const roomId = await cluster.createRoom();
  const roomToken = await cluster.mintToken(roomId);
  const lost = proxy.loseCommit('update "rooms"');
  await using refused = await cluster.open({ roomToken });
  await lost;
  expect(await refused.next()).toMatchObject({ type: "error", code: "unavailable" });
  const home = async () =>
    (await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId)))[0]?.homeNodeId;
  await expect.poll(home).toBeNull();
});

test("a join whose COMMIT was not answered takes neither seat nor token", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster, proxy } = behind;
  const { db } = cluster.connection;
  const roomId = await cluster.createRoom();
  await using _alice = await joins(cluster, roomId);
  const roomToken = await cluster.mintToken(roomId);
  const lost = proxy.loseCommit('insert into "room_peers"');
  await using refused = await cluster.open({ roomToken });
  await lost;
  expect(await refused.next()).toMatchObject({ type: "error", code: "unavailable" });
  await expect.poll(() => db.$count(roomPeers, eq(roomPeers.roomId, roomId))).toBe(1);
  await using again = await cluster.open({ roomToken });
  expect(await again.next()).toMatchObject({ type: "room-joined" });
  const open = and(eq(usageSessions.subjectId, roomId), isNull(usageSessions.closedAt));
  expect(await db.$count(usageSessions, open)).toBe(2);
});

test("a peer and a session that the database has and the room's home has not are let go", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster } = behind;
  const { db } = cluster.connection;
  const roomId = await cluster.createRoom();
  await using _alice = await joins(cluster, roomId);
  const [seat] = await db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
  const [session] = await db.select().from(usageSessions).where(eq(usageSessions.subjectId, roomId));
  if (!seat || !session) throw new Error("Alice has no seat.");
  const peerId = "peer_0000000000000000";
  await db.insert(roomPeers).values({ ...seat, peerId });
  await db.insert(usageSessions).values({ ...session, id: crypto.randomUUID(), peerId });
  await expect.poll(() => db.$count(roomPeers, eq(roomPeers.peerId, peerId))).toBe(0);
  const open = and(eq(usageSessions.peerId, peerId), isNull(usageSessions.closedAt));
  await expect.poll(() => db.$count(usageSessions, open)).toBe(0);
  expect(await db.$count(roomPeers, eq(roomPeers.roomId, roomId))).toBe(1);
});
