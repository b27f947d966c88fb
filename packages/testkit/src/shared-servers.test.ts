import { connect } from "@nats-io/transport-node";
import postgres from "postgres";
import { expect, test } from "vitest";
import { freshDatabase } from "./fresh-database.ts";
import { freshSubjectPrefix, sharedNatsUrl, sharedPostgresUrl } from "./shared-servers.ts";

test("a fresh database is empty, one's own, and gone after disposal even with somebody connected", async () => {
  await using other = await freshDatabase();
  const database = await freshDatabase();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql`create table seats (id int)`;
  const others = postgres(other.url, { max: 1 });
  expect(await others`select to_regclass('seats') as seats`).toEqual([{ seats: null }]);
  await others.end();

  await database[Symbol.asyncDispose]();
  await sql.end({ timeout: 1 });
  const gone = postgres(database.url, { max: 1 });
  await expect(gone`select 1`).rejects.toThrow(/does not exist/);
  await gone.end();
});

test("the shared Postgres has room for the connections of many tests", async () => {
  const sql = postgres(sharedPostgresUrl(), { max: 1 });
  const [row] = await sql<{ connections: number }[]>`select current_setting('max_connections')::int as connections`;
  await sql.end();
  expect(row?.connections).toBeGreaterThanOrEqual(400);
});

test("the shared NATS server answers", async () => {
  const connection = await connect({ servers: sharedNatsUrl() });
  await connection.flush();
  await connection.close();
});

test("subject prefixes are single tokens and never the same", () => {
  expect(freshSubjectPrefix()).toMatch(/^[a-z0-9]+$/);
  expect(freshSubjectPrefix()).not.toBe(freshSubjectPrefix());
});
