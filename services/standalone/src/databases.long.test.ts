import { connect, query } from "@radist-tech/db";
import { faultProxy, freshDatabase, type OwnServer, ownPgBouncer, ownPostgres, ownStandby } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { everyPlaneIsReady, useEveryPlane } from "./testing/every-plane.ts";
import { type Nodes, PLANES, startNodes } from "./testing/nodes.ts";

const portOf = (url: string): number => Number(new URL(url).port);

/** The same processes as before serve again, on every plane. */
async function recovers(nodes: Nodes, pids: readonly number[]): Promise<void> {
  await everyPlaneIsReady(nodes);
  await useEveryPlane(nodes);
  expect(pidsOf(nodes)).toEqual(pids);
}

const pidsOf = (nodes: Nodes): number[] => PLANES.map((plane) => nodes.process(plane, 0).pid);

test("behind a PgBouncer that ignores start-up parameters everything starts, and starts again", async () => {
  await using database = await freshDatabase();
  await using pooler = await ownPgBouncer(database.url, [
    "ignore_startup_parameters = statement_timeout,extra_float_digits",
  ]);
  for (let start = 0; start < 2; start++) {
    await using nodes = await startNodes({ perPlane: 1, databaseUrl: pooler.url });
    await useEveryPlane(nodes);
  }
});

describe("A failover to a standby that follows by streaming replication", () => {
  /** Resolves when the standby has what the primary has. */
  async function isFollowed(primary: OwnServer, standby: OwnServer): Promise<void> {
    await using from = await connect(primary.url, { maxConnections: 1 });
    await using to = await connect(standby.url, { maxConnections: 1 });
    const one = sql`(values (1)) as one`;
    const [written] = await query(from.db.select({ at: sql<string>`pg_current_wal_lsn()::text` }).from(one));
    const isReplayed = sql<boolean>`pg_last_wal_replay_lsn() >= ${written?.at}::pg_lsn`;
    await expect.poll(() => query(to.db.select({ isReplayed }).from(one))).toEqual([{ isReplayed: true }]);
  }

  async function promote(standby: OwnServer): Promise<void> {
    await using admin = await connect(standby.url, { maxConnections: 1 });
    await query(admin.db.execute(sql`select pg_promote(wait => false)`));
  }

  test("with both hosts in the URL, and the primary killed", async () => {
    await using primary = await ownPostgres();
    await using standby = await ownStandby(primary);
    const databaseUrl = `postgres://radist@127.0.0.1:${portOf(primary.url)},127.0.0.1:${portOf(standby.url)}/postgres`;
    await using nodes = await startNodes({ perPlane: 1, databaseUrl });
    await useEveryPlane(nodes);
    const pids = pidsOf(nodes);
    await isFollowed(primary, standby);
    primary.signal("SIGKILL");
    await promote(standby);
    await recovers(nodes, pids);
  });

  test.each(["killed", "demoted"])("with an address that is moved, and the primary %s", async (what) => {
    await using primary = await ownPostgres();
    await using standby = await ownStandby(primary);
    await using address = await faultProxy(portOf(primary.url));
    await using nodes = await startNodes({ perPlane: 1, databaseUrl: `postgres://radist@${address.host}/postgres` });
    await useEveryPlane(nodes);
    const pids = pidsOf(nodes);
    await isFollowed(primary, standby);
    if (what === "killed") primary.signal("SIGKILL");
    else await takesNoWrites(primary);
    await promote(standby);
    address.leadTo(portOf(standby.url));
    await recovers(nodes, pids);
  });

  /** Connections to it stay open and can read, as with a primary that became a standby. */
  async function takesNoWrites(server: OwnServer): Promise<void> {
    await using admin = await connect(server.url, { maxConnections: 1 });
    await query(admin.db.execute(sql`alter system set default_transaction_read_only = on`));
    await query(admin.db.execute(sql`select pg_reload_conf()`));
    const setting = sql`select current_setting('default_transaction_read_only') as value`;
    await expect.poll(() => query(admin.db.execute(setting))).toMatchObject([{ value: "on" }]);
  }
});

test("behind a path that swallows packets connections are given up, and every plane works again on new ones", async () => {
  await using database = await freshDatabase();
  const url = new URL(database.url);
  await using path = await faultProxy({ host: url.hostname, port: portOf(database.url) });
  url.host = path.host;
  await using nodes = await startNodes({ perPlane: 1, databaseUrl: url.href });
  await useEveryPlane(nodes);
  const pids = pidsOf(nodes);
  for (let time = 0; time < 2; time++) {
    path.freeze();
    await recovers(nodes, pids);
  }
});
