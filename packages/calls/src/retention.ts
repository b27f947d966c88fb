import { type Connection, calls, callTotals, deleteEnded } from "@radist-tech/db";

/** Deletes calls that ended so many days ago or earlier. Their usage and their events are kept apart from them. */
export const deleteOldCalls = (connection: Connection, days: number, signal?: AbortSignal): Promise<void> =>
  deleteEnded(connection, calls, callTotals, days, signal);
