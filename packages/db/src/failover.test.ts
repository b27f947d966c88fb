import { faultProxy, ownPostgres, ownStandby } from "@radist-tech/testkit";
import { type SQL, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Connection, connect, query, transact } from "./index.ts";

const WRITE = sql`insert into notes values ('x')`;
const SOON = { timeout: 60_000, interval: 50 };
const portOf = (url: string): number => Number(new URL(url).port);

/** The standby has what was created on its primary. */
const followed = (standby: Connection) =>
  expect
    .poll(() => query(standby.db.execute(sql`select to_regclass('notes')::text as name`)), SOON)
    .toMatchObject([{ name: "notes" }]);

test("after a failover within one address, each connection that is kept to the old primary fails once at most", async () => {
  await using primary = await ownPostgres();
  await using standby = await ownStandby(primary);
  // One address, as providers have it: whoever connects is led to the server that is the primary then.
  await using front = await faultProxy(portOf(primary.url));
  const url = new URL(primary.url);
  url.host = front.host;
  const max = 4;
  await using connection = await connect(url.href, { maxConnections: max });
  await using admin = await connect(standby.url);
  await query(connection.db.execute(sql`create table notes (text text)`));
  await followed(admin);
  // All connections of the pool are open.
  await Promise.all(Array.from({ length: max }, () => query(connection.db.execute(sql`select pg_sleep(0.05)`))));

  // The old primary lives on, and takes no more writes: what a demoted one looks like to those still connected to it.
  await using old = await connect(primary.url);
  await query(old.db.execute(sql`alter system set default_transaction_read_only = on`));
  await query(old.db.execute(sql`select pg_reload_conf()`));
  await query(admin.db.execute(sql`select pg_promote(wait => false)`));
  front.leadTo(portOf(standby.url));

  const readOnly = sql`select current_setting('default_transaction_read_only') as value`;
  await expect.poll(() => query(old.db.execute(readOnly)), SOON).toMatchObject([{ value: "on" }]);
  const outcomes: string[] = [];
  for (let write = 0; write < 4 * max; write++) {
    outcomes.push(
      await transact(connection, (tx) => tx.execute(WRITE)).then(
        () => "written",
        () => "failed",
      ),
    );
  }
  // The first one that is refused takes the idle ones along.
  expect(outcomes.filter((outcome) => outcome === "failed").length).toBeLessThanOrEqual(1);
  expect(outcomes.at(-1)).toBe("written");
});

test("of several hosts the primary is found, before a failover and after it", async () => {
  await using primary = await ownPostgres();
  await using standby = await ownStandby(primary);
  const both = `postgres://radist@127.0.0.1:${portOf(standby.url)},127.0.0.1:${portOf(primary.url)}/postgres`;
  await using connection = await connect(both);
  const done = (statement: SQL) =>
    expect.poll(() => query(connection.db.execute(statement)).then(() => "done"), SOON).toBe("done");
  await done(sql`create table if not exists notes (text text)`);
  await done(WRITE);
  await using admin = await connect(standby.url);
  await followed(admin);
  primary.signal("SIGKILL");
  await query(admin.db.execute(sql`select pg_promote(wait => false)`));
  await done(WRITE);
});

test("behind a path that swallows packets, connections are given up and fresh ones work", {
  tags: ["long"],
}, async () => {
  await using server = await ownPostgres();
  await using proxy = await faultProxy(portOf(server.url));
  const url = new URL(server.url);
  url.port = String(proxy.port);
  const max = 3;
  await using connection = await connect(url.href, { maxConnections: max });
  await Promise.all(Array.from({ length: max }, () => query(connection.db.execute(sql`select pg_sleep(0.05)`))));
  expect(proxy.connections).toBe(max);
  proxy.freeze();
  // One caller waits in vain; by the time that its connection is given up, so are those that were idle beside it.
  await expect(query(connection.db.execute(sql`select 1`))).rejects.toThrow(/did not answer/);
  await proxy.closed(max);
  await Promise.all(Array.from({ length: max }, () => query(connection.db.execute(sql`select 1`))));
});
