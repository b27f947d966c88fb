import { type Connection, roomPeers, rooms, transact } from "@radist-tech/db";
import type { RoomId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { advanceAll } from "./store/advance.ts";
import { GRACE_MS, isOverdue, loadRooms } from "./store/load.ts";

/** In how many rooms one transaction frees seats. */
const BATCH = 100;

/**
 * Frees the seats that nobody resumed in time. A room's home does so itself; these are the seats of rooms without one.
 *
 * @returns in how many rooms
 */
export function freeOverdueSeats(connection: Connection): Promise<number> {
  return transact(connection, async (tx) => {
    // An array, so that whatever the planner believes it begins with the seats, and not with all rooms that ever were.
    const overdue = sql`array(select ${roomPeers.roomId} from ${roomPeers} where ${isOverdue()})`;
    const found = await tx
      .select({ id: rooms.id })
      .from(rooms)
      .where(sql`${rooms.id} = any(${overdue})`)
      .limit(BATCH)
      .for("no key update", { skipLocked: true });
    if (found.length === 0) return 0;
    const ids = found.map(({ id }) => id as RoomId);
    const loaded = await loadRooms(tx, ids, { seats: "overdue" });
    await advanceAll(tx, loaded, { type: "expire", graceMs: GRACE_MS });
    return ids.length;
  });
}
