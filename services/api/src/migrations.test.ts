import { connect } from "@radist-tech/db";
import { createLogger } from "@radist-tech/runtime";
import { freshDatabase } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { migrateWhenUp } from "./migrations.ts";

const logger = createLogger({ name: "test", level: "silent" });

test("a migration that fails on a missing table fails for good, although elsewhere that counts as an outage", async () => {
  await using database = await freshDatabase();
  await using connection = await connect(database.url, { maxConnections: 1 });
  await connection.migrate();
  const { db } = connection;
  // The tables of all migrations are gone, and all but the first are to be done once more.
  await db.execute(sql`drop schema public cascade`);
  await db.execute(sql`create schema public`);
  await db.execute(sql`delete from drizzle.__drizzle_migrations where id > 1`);
  const migrating = migrateWhenUp(connection, logger);
  await expect(migrating.finished).rejects.toMatchObject({ cause: { code: "42P01" } });
  expect(migrating.isDone()).toBe(false);
});
