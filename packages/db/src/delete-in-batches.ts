import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Connection } from "./connect.ts";
import { query } from "./transact.ts";

/** Few enough that a batch never holds locks for long. */
const BATCH = 1_000;

/**
 * Deletes the rows of a table that `where` describes, batch by batch, until none is left or the signal aborts. Several
 * may do so at once: rows that another one is deleting are skipped.
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
    const old = sql`select ctid from ${table} where ${where} limit ${BATCH} for update skip locked`;
    const deleted = await query(
      connection.db.delete(table).where(sql`ctid = any(array(${old}))`).returning({ one: sql`1` }),
    );
    total += deleted.length;
    if (deleted.length < BATCH || signal?.aborted) return total;
  }
}
