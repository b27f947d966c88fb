import { type Connection, deleteEnded, rooms, roomTotals } from "@radist-tech/db";

/** Deletes rooms that ended so many days ago or earlier. Their usage and their events are kept apart from them. */
export const deleteOldRooms = (connection: Connection, days: number, signal?: AbortSignal): Promise<void> =>
  deleteEnded(connection, rooms, roomTotals, days, signal);
