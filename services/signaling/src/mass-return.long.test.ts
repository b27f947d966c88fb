import { callPeers, heldSignals } from "@radist-tech/db";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { joins, type Person } from "./testing/people.ts";

const CALLS = 300;
const HELD = 3;
const BACKOFF = { firstMs: 250, longestMs: 10_000 };

/** Leases that a busy machine does not outlast. */
const UNHURRIED = { LEASE_MS: "30000", LEASE_RENEW_MS: "5000", RECONNECT_WINDOW_MS: "300000" };

test("everybody of a killed node is back on the other one, nobody is refused, and what was held for them arrives", async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster({ nodes: 2, processes: true, env: UNHURRIED }));
  const calls = await Promise.all(
    Array.from({ length: CALLS }, async () => {
      const { callTokens } = await cluster.createCall();
      return [await joins(cluster, String(callTokens[0])), await joins(cluster, String(callTokens[1]))] as const;
    }),
  );
  const countOf = async (status: "connected" | "disconnected") =>
    cluster.connection.db.$count(callPeers, eq(callPeers.status, status));
  for (const [, bob] of calls) bob.socket.terminate();
  await expect.poll(() => countOf("disconnected"), { timeout: 60_000 }).toBe(CALLS);
  for (const [alice, bob] of calls) {
    for (let number = 1; number <= HELD; number++) alice.signals(bob, { number });
  }
  await expect.poll(() => cluster.connection.db.$count(heldSignals), { timeout: 60_000 }).toBe(CALLS * HELD);

  cluster.nodes[0]?.process?.signal("SIGKILL");
  const back = await Promise.all(
    calls.flat().map(async (person) => {
      await person.socket.closed;
      // Nobody is refused, so once is enough.
      await pause(backoffMs(0, BACKOFF));
      return stack.use(await person.reconnects(1));
    }),
  );
  const bobs = back.filter((_person, index) => index % 2 === 1);
  await Promise.all(bobs.map(hearsAll));
  expect(await countOf("connected")).toBe(2 * CALLS);
  // What was delivered is not held any more.
  await expect.poll(() => cluster.connection.db.$count(heldSignals), { timeout: 60_000 }).toBe(0);
  const [open] = (await cluster.connection.db.execute(
    sql`select count(*)::int as count, count(distinct peer_id)::int as peers from usage_sessions where closed_at is null`,
  )) as unknown as [object];
  expect(open).toEqual({ count: 2 * CALLS, peers: 2 * CALLS });
});

async function hearsAll(bob: Person): Promise<void> {
  for (let number = 1; number <= HELD; number++) {
    expect(await bob.hears("signal")).toMatchObject({ payload: { number } });
  }
}
