import { type Connection, deleteInBatches, usageRetention as kept, query, usageSessions } from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";

const EVERY_MS = 10 * 60_000;

/** Deletes sessions that were closed so many days ago or earlier. What they came to by the hour stays. */
export const sessionRetention = (connection: Connection, days: number): Chore => ({
  name: "usage-session-retention",
  everyMs: EVERY_MS,
  run: async (signal) => {
    await deleteOldSessions(connection, days, signal);
  },
});

/** @returns how many were deleted */
export async function deleteOldSessions(connection: Connection, days: number, signal?: AbortSignal): Promise<number> {
  // First the mark, then the sessions: who reads an hour must know whether all of its sessions are there.
  const before = sql`now() - ${days}::int * interval '1 day'`;
  const [mark] = await query(
    connection.db
      .update(kept)
      .set({ deletedBefore: sql`greatest(${kept.deletedBefore}, ${before})` })
      .returning({ before: sql<string>`${kept.deletedBefore}::text` }),
  );
  if (!mark) throw new Error("The table of the ledger's retention is empty.");
  const { isRolledUp, closedAt } = usageSessions;
  return deleteInBatches(
    connection,
    usageSessions,
    sql`${isRolledUp} and ${closedAt} < ${mark.before}::timestamptz`,
    signal,
  );
}
