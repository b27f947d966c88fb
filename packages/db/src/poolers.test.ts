import { freshDatabase, ownPgBouncer, ownPostgres, sharedPostgresUrl } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { connect, isUnavailable, query, transact } from "./index.ts";

const PIDS = sql`select pg_backend_pid() as pid`;

describe.each([
  ["that refuses start-up parameters", []],
  ["that ignores start-up parameters", ["ignore_startup_parameters = statement_timeout,extra_float_digits"]],
])("Behind a PgBouncer in transaction mode %s", (_what, settings) => {
  test("the schema is brought up to date, by several at once and again, and work is done", async () => {
    await using server = await ownPostgres();
    await using pooler = await ownPgBouncer(server.url, settings);
    await using first = await connect(pooler.url);
    await using second = await connect(pooler.url);
    await Promise.all([first.migrate(), second.migrate()]);
    await first.migrate();
    const rows = await transact(first, (tx) => tx.execute(sql`select count(*)::int as count from calls`));
    expect(rows).toMatchObject([{ count: 0 }]);
    const locks = await query(second.db.execute(sql`select 1 from pg_locks where locktype = 'advisory'`));
    expect(locks).toHaveLength(0);
  });

  test("a transaction has its limits, and leaves none behind in the session that it shared", async () => {
    await using pooler = await ownPgBouncer(sharedPostgresUrl(), ["default_pool_size = 1", ...settings]);
    await using connection = await connect(pooler.url);
    const limits = sql`select current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle`;
    expect(await transact(connection, (tx) => tx.execute(limits))).toMatchObject([{ statement: "10s", idle: "10s" }]);
    expect(await query(connection.db.execute(limits))).toMatchObject([{ statement: "0", idle: "0" }]);
  });
});

test("statements with parameters are prepared on the server itself, and not where a pooler shares its sessions", async () => {
  await using pooler = await ownPgBouncer(sharedPostgresUrl(), ["default_pool_size = 2"]);
  const prepared = sql`select count(*)::int as count from pg_prepared_statements where statement like '%twice%'`;
  const twice = (number: number) => sql`select ${number}::int * 2 as twice`;
  for (const [url, count] of [
    [sharedPostgresUrl(), 1],
    [pooler.url, 0],
  ] as const) {
    await using connection = await connect(url, { maxConnections: 4 });
    const work = (number: number) =>
      transact(connection, async (tx) => [await tx.execute(twice(number)), await tx.execute(twice(number + 1))]);
    const results = await Promise.all(Array.from({ length: 40 }, (_, number) => work(number)));
    expect(results[7]).toMatchObject([[{ twice: 14 }], [{ twice: 16 }]]);
    expect(await query(connection.db.execute(prepared))).toMatchObject([{ count }]);
  }
});

test("whatever session of the pooler a transaction gets, what it committed is stored", async () => {
  await using database = await freshDatabase();
  await using pooler = await ownPgBouncer(database.url);
  await using connection = await connect(pooler.url);
  await query(connection.db.execute(sql`create table notes (number int)`));
  const write = (number: number) => transact(connection, (tx) => tx.execute(sql`insert into notes values (${number})`));
  const count = 40;
  // One after the other and side by side: sessions change hands.
  for (let number = 0; number < count; number++) await write(number);
  await Promise.all(Array.from({ length: count }, (_, number) => write(number)));
  const rows = await query(connection.db.execute(sql`select count(*)::int as count from notes`));
  expect(rows).toMatchObject([{ count: 2 * count }]);
});

test("a COMMIT that the server answers with a rollback is an error", async () => {
  await using database = await freshDatabase();
  await using connection = await connect(database.url, { maxConnections: 1 });
  const one = sql`select 1`;
  await transact(connection, (tx) => tx.execute(one));
  // The driver has prepared its COMMIT, and this server forgets it: as with a pooler that hides that it is one.
  const forgotten = transact(connection, (tx) => tx.execute(sql.raw("deallocate all")));
  await expect(forgotten).rejects.toSatisfy(isUnavailable);
  await transact(connection, (tx) => tx.execute(one));
});

test("a PgBouncer that is restarted: what was under way fails as unavailable, what comes next works", async () => {
  await using pooler = await ownPgBouncer(sharedPostgresUrl());
  await using connection = await connect(pooler.url);
  await query(connection.db.execute(PIDS));
  const interrupted = transact(connection, async (tx) => {
    await tx.execute(PIDS);
    pooler.signal("SIGKILL");
    await tx.execute(sql`select pg_sleep(60)`);
  });
  await expect(interrupted).rejects.toSatisfy(isUnavailable);
  await pooler.start();
  await expect.poll(() => query(connection.db.execute(PIDS)).then(() => "works"), { timeout: 20_000 }).toBe("works");
});

test("migrations go past the pooler where a direct URL is given", async () => {
  await using server = await ownPostgres();
  await using pooler = await ownPgBouncer(server.url);
  await using connection = await connect(pooler.url, { directUrl: server.url });
  await pooler.stop();
  await connection.migrate();
  await pooler.start();
  const rows = await query(connection.db.execute(sql`select count(*)::int as count from rooms`));
  expect(rows).toMatchObject([{ count: 0 }]);
});
