import { type Connection, deleteInBatches, roomTokens } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** Deletes tokens that expired a day ago or earlier. */
export const deleteExpiredRoomTokens = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(connection, roomTokens, sql`${roomTokens.expiresAt} < now() - interval '1 day'`, signal);
