import { sql } from "drizzle-orm";
import type { Connection } from "../connect.ts";

/**
 * How many blocks of tables and indexes a piece of work reads, from memory or from disk. Postgres alone counts them; a
 * database that nobody else works on, by a connection whose pool has one connection.
 */
export async function blocksRead(connection: Connection, work: () => Promise<unknown>): Promise<number> {
  const before = await counted(connection);
  await work();
  return (await counted(connection)) - before;
}

async function counted({ db }: Connection): Promise<number> {
  // Counts are published when a transaction ends, and once a second at most unless that is asked for.
  await db.execute(sql`select pg_stat_force_next_flush()`);
  await db.execute(sql`select 1`);
  const [row] = await db
    .select({
      blocks: sql<number>`sum(
        coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
        + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0))::float8`,
    })
    .from(sql`pg_statio_user_tables`);
  return row?.blocks ?? 0;
}
