import { type Connection, deleteInBatches, idempotentAnswers } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** Deletes answers of idempotent requests that no longer count. */
export const deleteOldAnswers = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(
    connection,
    idempotentAnswers,
    sql`${idempotentAnswers.createdAt} < now() - interval '24 hours'`,
    signal,
  );
