import { pause } from "@radist-tech/protocol/timing";
import { faultProxy, freshDatabase, ownNats } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

const SOCKETS = 20;
const WINDOW_MS = 2_000;

/** What a short window may count and the other not: a periodic comparison, or chores that a busy machine has delayed. */
const RARE_PER_SECOND = 10;

test("without NATS, sockets that wait for a home on another node do not burden Postgres", async () => {
  await using nats = await ownNats();
  await using database = await freshDatabase();
  const url = new URL(database.url);
  await using proxy = await faultProxy({ host: url.hostname, port: Number(url.port || 5432) });
  url.host = proxy.host;
  await using cluster = await startCluster({ nodes: 2, databaseUrl: url.href, natsUrl: nats.url });
  const perSecond = async (): Promise<number> => {
    const [before, startedAt] = [proxy.transactions, performance.now()];
    await pause(WINDOW_MS);
    return (1_000 * (proxy.transactions - before)) / (performance.now() - startedAt);
  };
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId, { node: 0 });
  const tokens: string[] = [];
  while (tokens.length < SOCKETS) tokens.push(await cluster.mintToken(roomId));
  const usual = await perSecond();

  nats.signal("SIGKILL");
  const begun = proxy.transactions;
  const sockets = await Promise.all(tokens.map((roomToken) => cluster.open({ roomToken }, 1)));
  // Each has been looked up once: its project, and its room.
  await until(() => proxy.transactions - begun >= 2 * SOCKETS);
  expect(await perSecond()).toBeLessThanOrEqual(2 * usual + RARE_PER_SECOND);

  await nats.start();
  for (const socket of sockets) {
    const { type, code } = await socket.next();
    // On a busy machine it may have taken too long.
    if (type === "error") expect(code).toBe("unavailable");
    else socket.send({ type: "leave-room" });
    await socket.closed;
  }
  await using _bob = await joins(cluster, roomId, { node: 1 });
  expect(await alice.hears("peer-joined")).toMatchObject({ type: "peer-joined" });
});
