import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Connection } from "./connect.ts";
import { query } from "./transact.ts";

/** Few enough that a statement never holds locks for long. */
const BATCH = 1_000;

/**
 * Deletes all rows that a condition is true of, some at a time. Rows that another process is at are skipped, so that
 * two never wait for each other.
 *
 * @returns how many were deleted
 */
export async function deleteInBatches(
  connection: Connection,
  table: PgTable,
  where: SQL,
  signal?: AbortSignal,
): Promise<number> {
  for (let total = 0; ; ) {
    const some = sql`select ctid from ${table} where ${where} limit ${BATCH} for update skip locked`;
    const deleted = await query(
      connection.db.delete(table).where(sql`ctid = any(array(${some}))`).returning({ one: sql`1` }),
    );
    total += deleted.length;
    if (deleted.length < BATCH || signal?.aborted) return total;
  }
}
