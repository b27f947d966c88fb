import { sql } from "drizzle-orm";
import type { Connection } from "../index.ts";

/** Tables that nobody else can use until this is disposed: whoever asks them something can be counted. */
export interface LockedTables extends AsyncDisposable {
  /**
   * How many queries wait for a lock.
   *
   * @param text counts only queries that contain it, so that chores which use the same tables do not count
   */
  waiting(text?: string): Promise<number>;
}

/** @param tables their names, with commas between */
export async function lockTables({ db }: Connection, tables: string): Promise<LockedTables> {
  const locked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = db.transaction(async (tx) => {
    await tx.execute(sql.raw(`lock table ${tables} in access exclusive mode`));
    locked.resolve();
    await released.promise;
  });
  await Promise.race([locked.promise, holding]);
  return {
    async waiting(text = "") {
      const [row] = (await db.execute<{ count: number }>(
        sql`select count(distinct pid)::int as count from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = current_database() and position(${text} in query) > 0`,
      )) as unknown as { count: number }[];
      return row?.count ?? 0;
    },
    async [Symbol.asyncDispose]() {
      released.resolve();
      await holding;
    },
  };
}
