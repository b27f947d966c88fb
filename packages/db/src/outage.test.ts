import { execFileSync } from "node:child_process";
import process from "node:process";
import { ownPostgres, reservePort } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import {
  type Connection,
  connect,
  DatabaseUnavailable,
  isUnavailable,
  query,
  type Transaction,
  transact,
} from "./index.ts";

const ONE = sql`select 1 as one`;
const HEALED = { timeout: 60_000, interval: 50 };
const PATIENT = { deadlineMs: 60_000 };
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a database that was never there: connecting does not fail, queries say so", async () => {
  await using connection = await connect(`postgres://radist@127.0.0.1:${await reservePort()}/radist`);
  const error = await errorOf(connection.db.execute(ONE));
  expect(isUnavailable(error)).toBe(true);
  await expect(query(connection.db.execute(ONE))).rejects.toThrow(DatabaseUnavailable);
  await expect(transact(connection, (tx) => tx.execute(ONE))).rejects.toThrow(DatabaseUnavailable);
  expect(isUnavailable(await errorOf(connection.migrate()))).toBe(true);
});

test("a server that is killed is unavailable, in the middle of a transaction too, and heals", async () => {
  await using server = await ownPostgres();
  await using connection = await connect(server.url);
  await transact(connection, (tx) => tx.execute(ONE));

  const interrupted = transact(connection, async (tx) => {
    await tx.execute(ONE);
    server.signal("SIGKILL");
    await tx.execute(sql`select pg_sleep(60)`);
  });
  await expect(interrupted).rejects.toThrow(DatabaseUnavailable);
  await expect(transact(connection, (tx) => tx.execute(ONE))).rejects.toThrow(DatabaseUnavailable);
  await expect(query(connection.db.execute(ONE))).rejects.toThrow(DatabaseUnavailable);

  await server.start();
  await expect.poll(() => errorOf(transact(connection, (tx) => tx.execute(ONE))), HEALED).toBeUndefined();
});

const CUT_IDLE_TRANSACTIONS = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where pid <> pg_backend_pid() and state = 'idle in transaction'`;

/** Ends the transactions that wait for a statement, before this process hears of anything else. */
function cutIdleTransactions(url: string): void {
  const script = `
    import postgres from "postgres";
    const session = postgres(process.argv[1]);
    await session.unsafe(process.argv[2]);
    await session.end();`;
  const args = ["--input-type=module", "--eval", script, url, CUT_IDLE_TRANSACTIONS];
  execFileSync(process.execPath, args, { cwd: import.meta.dirname });
}

const sessionOf = async ({ db }: Connection): Promise<unknown> =>
  await query(db.select({ pid: sql<number>`pg_backend_pid()` }).from(sql`generate_series(1, 1)`), PATIENT);

test("what is left of a transaction whose connection died does not run on the next one", async () => {
  await using server = await ownPostgres();
  await using connection = await connect(server.url, { maxConnections: 1 });
  await using observer = await connect(server.url);
  await connection.db.execute(sql`create table notes (text text)`);
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const { promise: cut, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: remainder, resolve: ended } = Promise.withResolvers<unknown>();
  const interrupted = transact(connection, async (tx) => {
    await tx.execute(sql`insert into notes values ('first')`);
    write();
    await cut;
    const second = errorOf(tx.execute(sql`insert into notes values ('second')`));
    ended(await second);
  });
  const failed = expect(interrupted).rejects.toThrow(DatabaseUnavailable);
  await written;
  await expect.poll(() => observer.db.execute(sql.raw(CUT_IDLE_TRANSACTIONS)), HEALED).toHaveLength(1);
  await failed;
  // By now the pool's only connection has another session.
  await query(connection.db.execute(ONE));
  goOn();
  expect(isUnavailable(await remainder)).toBe(true);
  expect(await observer.db.execute(sql`select * from notes`)).toHaveLength(0);
});

test("after a cut within a transaction the next session begins without anything of it", async () => {
  await using server = await ownPostgres();
  await using connection = await connect(server.url, { maxConnections: 1 });
  const cut = transact(connection, async (tx) => {
    await tx.execute(ONE);
    cutIdleTransactions(server.url);
    await tx.execute(ONE);
  });
  await expect(cut).rejects.toThrow(DatabaseUnavailable);
  const session = await sessionOf(connection);
  // A connection that waits for the answer to something of the one before it would be given up.
  expect(await sessionOf(connection)).toEqual(session);
});

test("a server that is stopped in an orderly way is unavailable, and heals", async () => {
  await using server = await ownPostgres();
  await using connection = await connect(server.url);
  await query(connection.db.execute(ONE));
  const sleeping = errorOf(query(connection.db.execute(sql`select pg_sleep(60)`), { deadlineMs: 60_000 }));
  await server.stop();
  expect(await sleeping).toBeInstanceOf(DatabaseUnavailable);
  await expect(query(connection.db.execute(ONE))).rejects.toThrow(DatabaseUnavailable);
  await server.start();
  await expect.poll(() => errorOf(query(connection.db.execute(ONE))), HEALED).toBeUndefined();
});

test("a frozen server gives no error, so the deadline does; thawed, what was under way is heard of as late", async () => {
  await using server = await ownPostgres();
  await using connection = await connect(server.url);
  await query(connection.db.execute(ONE));

  const { promise: late, resolve: onLate } = Promise.withResolvers<string>();
  const work = async (tx: Transaction) => {
    await tx.execute(ONE);
    return "thawed";
  };
  const frozen = (tx: Transaction) => {
    server.signal("SIGSTOP");
    return work(tx);
  };
  await expect(transact(connection, frozen, { deadlineMs: 1_000, onLate })).rejects.toThrow(DatabaseUnavailable);
  server.signal("SIGCONT");
  expect(await late).toBe("thawed");
  expect(await transact(connection, work)).toBe("thawed");
});

test("more connections than the server takes: unavailable, not a bug", async () => {
  await using server = await ownPostgres();
  await using first = await connect(server.url, { maxConnections: 1 });
  const role = sql`create role guest login connection limit 1`;
  await first.db.execute(role);
  const guest = new URL(server.url);
  guest.username = "guest";
  await using one = await connect(guest.href, { maxConnections: 1 });
  await using two = await connect(guest.href, { maxConnections: 1 });
  await query(one.db.execute(ONE));
  await expect(query(two.db.execute(ONE))).rejects.toThrow(DatabaseUnavailable);
});
