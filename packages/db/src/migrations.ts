import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { Database } from "./database.ts";

const FOLDER = fileURLToPath(new URL("../migrations", import.meta.url));

/** "radist" as a number: what processes that migrate at once queue at. */
const LOCK = 0x726164;

/**
 * Brings the schema up to date, in one transaction that holds a lock: behind a pooler a lock of the session would outlive
 * its holder. Keeps its record where drizzle-kit keeps it. A schema newer than these migrations is no error: a later
 * release has been here.
 */
export async function runMigrations(db: Database): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder: FOLDER });
  const record = sql`drizzle.__drizzle_migrations`;
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    await tx.execute(sql`create schema if not exists drizzle`);
    await tx.execute(
      sql`create table if not exists ${record} (id serial primary key, hash text not null, created_at bigint)`,
    );
    const [last] = await tx.select({ at: sql<number>`coalesce(max(created_at), 0)::float8` }).from(record);
    for (const { folderMillis, hash, sql: statements } of migrations) {
      if (folderMillis <= (last?.at ?? 0)) continue;
      for (const statement of statements) await tx.execute(sql.raw(statement));
      await tx.execute(sql`insert into ${record} (hash, created_at) values (${hash}, ${folderMillis})`);
    }
  });
}
