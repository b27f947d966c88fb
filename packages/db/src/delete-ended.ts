import { sql } from "drizzle-orm";
import type { Connection } from "./connect.ts";
import type { calls, rooms } from "./schema.ts";
import { addedTotal, anySlot, type Totals } from "./totals.ts";
import { query } from "./transact.ts";

/** Few enough that a statement never holds locks for long: with each row go its tokens and peers. */
const BATCH = 500;

/**
 * Deletes calls or rooms that ended so many days ago or earlier, oldest first, with all that belongs to them, and
 * subtracts them from the totals of their projects. One statement does both, so that a process that is frozen holds no
 * locks.
 */
export async function deleteEnded(
  { db }: Connection,
  table: typeof calls | typeof rooms,
  totals: Totals,
  days: number,
  signal?: AbortSignal,
): Promise<void> {
  const some = sql`
    select ctid from ${table} where ${table.tombstonedAt} < now() - ${days}::int * interval '1 day'
    order by ${table.tombstonedAt} limit ${BATCH} for update skip locked`;
  const deleted = db
    .$with("deleted")
    .as(db.delete(table).where(sql`ctid = any(array(${some}))`).returning({ projectId: table.projectId }));
  while (!signal?.aborted) {
    const ofProject = db
      .select({ projectId: deleted.projectId, slot: anySlot().as("slot"), total: sql<number>`-count(*)`.as("total") })
      .from(deleted)
      .groupBy(deleted.projectId)
      .orderBy(deleted.projectId);
    const changed = await query(
      db
        .with(deleted)
        .insert(totals)
        .select(ofProject)
        .onConflictDoUpdate(addedTotal(totals))
        .returning({ projectId: totals.projectId }),
    );
    if (changed.length === 0) return;
  }
}
