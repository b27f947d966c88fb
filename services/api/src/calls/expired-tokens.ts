import { type Connection, callTokens, deleteInBatches } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** Deletes tokens that expired a day ago or earlier. */
export const deleteExpiredCallTokens = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(connection, callTokens, sql`${callTokens.expiresAt} < now() - interval '1 day'`, signal);
