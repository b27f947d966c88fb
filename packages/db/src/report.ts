import { sql } from "drizzle-orm";
import type { Connection } from "./connect.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { transact } from "./transact.ts";

/**
 * Reads what may take long. All of it is of one moment, and the server stops when the caller gives up.
 *
 * @throws {DatabaseUnavailable} when it takes longer than `deadlineMs`
 */
export function report<T>(
  connection: Connection,
  read: (connection: Pick<Connection, "db">) => Promise<T>,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<T> {
  const endsAt = performance.now() + deadlineMs;
  return transact(
    connection,
    async (tx) => {
      const leftMs = Math.max(1, Math.ceil(endsAt - performance.now()));
      await tx.execute(sql.raw(`set transaction isolation level repeatable read, read only`));
      await tx.execute(sql.raw(`set local statement_timeout = ${leftMs}`));
      return read({ db: tx });
    },
    { deadlineMs },
  );
}
