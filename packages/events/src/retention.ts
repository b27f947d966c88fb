import { type Connection, eventPositions, events, query } from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import { and, asc, lte, sql } from "drizzle-orm";

const EVERY_MS = 10 * 60_000;

/** Few enough that a batch never holds locks for long. */
const BATCH = 1_000;

/** Deletes events that are older than `days`. */
export const eventRetention = (connection: Connection, days: number): Chore => ({
  name: "event-retention",
  everyMs: EVERY_MS,
  run: async (signal) => {
    await deleteOldEvents(connection, days, signal);
  },
});

/**
 * Deletes events that are older than `days`, oldest first, and remembers up to where: a reader that comes from before
 * has missed some, and is told so.
 *
 * @returns how many were deleted
 */
export async function deleteOldEvents(connection: Connection, days: number, signal?: AbortSignal): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await deleteBatch(connection, days);
    total += deleted;
    if (deleted === 0 || signal?.aborted) return total;
  }
}

/** No transaction: a process that is frozen must not hold the counter, which the sequencer needs. */
async function deleteBatch({ db }: Connection, days: number): Promise<number> {
  const oldest = await query(
    db
      .select({
        id: events.id,
        position: events.position,
        isOld: sql<boolean>`${events.occurredAt} < now() - ${days}::int * interval '1 day'`,
      })
      .from(events)
      .orderBy(asc(events.id))
      .limit(BATCH),
  );
  const firstKept = oldest.findIndex(({ position, isOld }) => position === null || !isOld);
  const old = firstKept < 0 ? oldest : oldest.slice(0, firstKept);
  const last = old.at(-1);
  if (!last) return 0;
  const upTo = Math.max(...old.map(({ position }) => position ?? 0));
  // First the mark, then the events: nobody may page past a gap.
  await query(db.update(eventPositions).set({ deleted: sql`greatest(${eventPositions.deleted}, ${upTo}::bigint)` }));
  const deleted = await query(
    db
      .delete(events)
      .where(and(lte(events.id, last.id), lte(events.position, upTo)))
      .returning({ id: events.id }),
  );
  return deleted.length;
}
