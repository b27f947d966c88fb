import { type Connection, nodes, rooms, transact } from "@radist-tech/db";
import type { RoomId } from "@radist-tech/protocol";
import { closeLostSessions } from "@radist-tech/usage";
import { sql } from "drizzle-orm";
import { advanceAll } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";

/** How many rooms one transaction takes from homes that are gone. */
const BATCH = 100;

/**
 * Takes rooms from homes that are gone: their sessions end at their last checkpoints, their peers may resume on another
 * node. A room that another transaction is at is left to the next time.
 *
 * @returns how many it found
 */
export function takeFromLostHomes(connection: Connection, windowMs: number): Promise<number> {
  return transact(connection, async (tx) => {
    const isDead = sql`(${nodes.leaseUntil} < now() or ${nodes.epoch} <> ${rooms.homeNodeEpoch})`;
    // An array, so that whatever the planner believes only rooms that have a home are read.
    const orphans = sql`array(
      select ${rooms.id} from ${nodes} join ${rooms} on ${rooms.homeNodeId} = ${nodes.id}
      where ${rooms.homeNodeId} is not null and ${isDead})`;
    const found = await tx
      .select({ id: rooms.id })
      .from(rooms)
      .where(sql`${rooms.id} = any(${orphans})`)
      .limit(BATCH)
      .for("no key update", { skipLocked: true });
    if (found.length === 0) return 0;
    const ids = found.map(({ id }) => id as RoomId);
    const loaded = await loadRooms(tx, ids, { seats: "all", tracks: true });
    await Promise.all([
      advanceAll(tx, loaded, { type: "orphan", windowMs }),
      closeLostSessions(tx, { subjectId: ids }),
    ]);
    return ids.length;
  });
}
