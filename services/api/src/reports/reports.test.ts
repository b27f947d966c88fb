import { connect } from "@radist-tech/db";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

/** More than there are connections, in the pool too. */
const READS = 40;

test("a project whose reports are slow makes nobody wait but itself, and they are stopped when nobody waits for them", async () => {
  await using api = await startApi();
  await using intruder = await connect(api.databaseUrl, { maxConnections: 1 });
  const [busy, other] = [await api.client.project(), await api.client.project()];
  const running = async (): Promise<number> => {
    const rows = await intruder.db
      .select({ count: sql<number>`count(*)::int` })
      .from(sql`pg_stat_activity`)
      .where(
        sql`datname = current_database() and state = 'active' and wait_event_type = 'Lock' and query like '%usage_%'`,
      );
    return rows[0]?.count ?? 0;
  };
  // Whoever reads the ledger waits as long as this lock is held, which is longer than any report may take.
  const { promise: mayEnd, resolve: unlock } = Promise.withResolvers<void>();
  const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>();
  await using blocker = await connect(api.databaseUrl, { maxConnections: 1 });
  const blocking = blocker.db.transaction(async (tx) => {
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await tx.execute(sql`lock table usage_hours in access exclusive mode`);
    locked();
    await mayEnd;
  });
  await isLocked;
  const reads = Array.from({ length: READS }, () => busy.ask("GET", "/usage"));
  await expect.poll(running, { timeout: 10_000 }).toBe(2);

  expect((await other.ask("POST", "/calls")).status).toBe(200);
  expect((await other.ask("GET", "/calls")).body).toMatchObject({ total: 1 });
  expect((await busy.ask("POST", "/rooms")).status).toBe(200);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);

  const answers = await Promise.all(reads);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(READS / 2);
  for (const answer of refused) {
    expectError(
      answer,
      429,
      "Too many reports and lists of this project at the same time. Try again shortly.",
      "too_many_reports",
    );
  }
  for (const { status, headers } of answers) {
    expect([429, 503]).toContain(status);
    expect(headers.get("retry-after")).toBe("1");
  }
  // The server has stopped them as well, although the lock is still held.
  await expect.poll(running, { timeout: 10_000 }).toBe(0);
  unlock();
  await blocking;
  expect((await busy.ask("GET", "/usage")).status).toBe(200);
}, 60_000);
