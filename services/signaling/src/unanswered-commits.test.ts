import { callPeers, heldSignals, usageSessions } from "@radist-tech/db";
import { type FaultProxy, faultProxy, freshDatabase } from "@radist-tech/testkit";
import { and, asc, eq, isNull } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, twoPeople } from "./testing/people.ts";

/** A node whose path to the database can lose the answer to a COMMIT; the tests have a path of their own. */
async function clusterBehindProxy(): Promise<{ cluster: Cluster; proxy: FaultProxy } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const url = new URL(database.url);
  const proxy = stack.use(await faultProxy({ host: url.hostname, port: Number(url.port || 5432) }));
  url.host = proxy.host;
  const cluster = stack.use(await startCluster({ databaseUrl: url.href, env: { COMPARE_ROWS_MS: "500" } }));
  return { cluster, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const openSessions = ({ connection }: Cluster, peerId: string) =>
  connection.db.$count(usageSessions, and(eq(usageSessions.peerId, peerId), isNull(usageSessions.closedAt)));

test("a join whose COMMIT was not answered takes neither seat nor token", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster, proxy } = behind;
  const { callId, callTokens } = await cluster.createCall(3);
  await using _alice = await joins(cluster, String(callTokens[0]));
  const lost = proxy.loseCommit('insert into "call_peers"');
  const refused = await cluster.open({ callToken: String(callTokens[1]) });
  await lost;
  expect(await refused.next()).toMatchObject({ type: "error", code: "unavailable" });
  expect(await refused.closed).toMatchObject({ code: 1012 });
  const seated = () =>
    cluster.connection.db.$count(callPeers, and(eq(callPeers.callId, callId), eq(callPeers.status, "connected")));
  await expect.poll(seated).toBe(1);
  await using _again = await joins(cluster, String(callTokens[1]));
  const open = and(eq(usageSessions.subjectId, callId), isNull(usageSessions.closedAt));
  expect(await cluster.connection.db.$count(usageSessions, open)).toBe(2);
});

test("a reconnection whose COMMIT was not answered does not leave its peer connected without a socket", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster, proxy } = behind;
  const { callId, alice, bob } = await twoPeople(cluster);
  bob.socket.terminate();
  expect(await alice.hears("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
  const lost = proxy.loseCommit('insert into "call_peers"');
  const { peerId, reconnectToken } = bob;
  await using refused = await cluster.open({ callId, peerId, reconnectToken });
  await lost;
  expect(await refused.next()).toMatchObject({ type: "error", code: "unavailable" });
  const status = async () => {
    const rows = await cluster.connection.db.select().from(callPeers).where(eq(callPeers.peerId, peerId));
    return rows[0]?.status;
  };
  expect(await status()).toBe("connected");
  await expect.poll(status).toBe("disconnected");
  expect(await openSessions(cluster, peerId)).toBe(0);
});

test("a signal whose COMMIT was not answered waits once", async () => {
  await using behind = await clusterBehindProxy();
  const { cluster, proxy } = behind;
  const { alice, bob } = await twoPeople(cluster);
  bob.socket.terminate();
  await alice.hears("peer_left");
  const lost = proxy.loseCommit('insert into "held_signals"');
  alice.signals(bob, "stored");
  await lost;
  // Behind the first, which is tried again.
  alice.signals(bob, "the next");
  const held = async () =>
    (await cluster.connection.db.select().from(heldSignals).orderBy(asc(heldSignals.id))).map(
      ({ frame }) => (JSON.parse(frame) as { payload: string }).payload,
    );
  await expect.poll(async () => (await held()).at(-1)).toBe("the next");
  expect(await held()).toEqual(["stored", "the next"]);
});
