import { type Connection, connect, nodes } from "@radist-tech/db";
import { newNodeId } from "@radist-tech/protocol";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { holdLease } from "./lease.ts";
import { createLogger } from "./logger.ts";

const logger = createLogger({ name: "lease", level: "silent" });
const times = { leaseMs: 3_000, renewMs: 100 };
const SOON = { timeout: 60_000, interval: 10 };

let connection: Connection;
beforeAll(async () => {
  connection = await connect("pglite:memory");
  await connection.migrate();
});
afterAll(() => connection.close());

/** Resolves when the lease has been renewed so many times from now on. */
async function renewals(nodeId: string, count: number): Promise<void> {
  const leaseUntil = async () => {
    const [row] = await connection.db.select({ until: nodes.leaseUntil }).from(nodes).where(eq(nodes.id, nodeId));
    return Number(row?.until);
  };
  for (let seen = 0; seen < count; seen++) {
    const before = await leaseUntil();
    await vi.waitUntil(async () => (await leaseUntil()) > before, SOON);
  }
}

test("comparing what a node holds takes as long as it takes; the lease is renewed meanwhile", async () => {
  const { promise: compared, resolve: endComparing } = Promise.withResolvers<void>();
  const onLapse = vi.fn(() => compared);
  await using lease = holdLease({
    connection,
    nodeId: newNodeId(),
    service: "test",
    logger,
    times,
    onLapse,
    onSuperseded() {},
  });
  await vi.waitUntil(() => lease.holds(), SOON);
  await renewals(lease.nodeId, 3);
  expect(lease.holds()).toBe(true);
  endComparing();
  await vi.waitUntil(() => lease.mayJudge(), SOON);
  expect(onLapse).toHaveBeenCalledTimes(1);
});

test("a comparison that failed is made again with the next renewal", async () => {
  const onLapse = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error("no database for a moment"));
  await using lease = holdLease({
    connection,
    nodeId: newNodeId(),
    service: "test",
    logger,
    times,
    onLapse,
    onSuperseded() {},
  });
  await vi.waitUntil(() => onLapse.mock.calls.length === 2, SOON);
  await renewals(lease.nodeId, 3);
  expect(lease.isTrusted()).toBe(true);
  expect(onLapse).toHaveBeenCalledTimes(2);
});

test("a lease that lapsed by the database's clock alone is noticed: what is held is compared once more", async () => {
  const nodeId = newNodeId();
  const { promise: compared, resolve: endComparing } = Promise.withResolvers<void>();
  const onLapse = vi.fn(() => compared).mockResolvedValueOnce(undefined);
  await using lease = holdLease({
    connection,
    nodeId,
    service: "test",
    logger,
    times,
    onLapse,
    onSuperseded() {},
  });
  await vi.waitUntil(() => lease.mayJudge(), SOON);
  // As after a pause of the whole machine, of which its own clocks know nothing.
  await connection.db.update(nodes).set({ leaseUntil: sql`now() - interval '1 minute'` }).where(eq(nodes.id, nodeId));
  await vi.waitUntil(() => onLapse.mock.calls.length === 2, SOON);
  expect([lease.isTrusted(), lease.mayJudge()]).toEqual([false, false]);
  endComparing();
  await vi.waitUntil(() => lease.isTrusted(), SOON);
});

test("another process with the same id: the earlier one holds nothing any more, and closes for itself only", async () => {
  const nodeId = newNodeId();
  const onSuperseded = vi.fn();
  const onLapse = () => Promise.resolve();
  await using earlier = holdLease({ connection, nodeId, service: "test", logger, times, onLapse, onSuperseded });
  await vi.waitUntil(() => earlier.holds(), SOON);
  await using later = holdLease({ connection, nodeId, service: "test", logger, times, onLapse, onSuperseded() {} });
  await vi.waitUntil(() => onSuperseded.mock.calls.length === 1, SOON);
  expect(earlier.holds()).toBe(false);
  await earlier.close();
  expect(later.epoch).toBe(earlier.epoch + 1);
  const good = sql<boolean>`${nodes.leaseUntil} > now()`;
  expect(await connection.db.select({ good }).from(nodes).where(eq(nodes.id, nodeId))).toEqual([{ good: true }]);
});
