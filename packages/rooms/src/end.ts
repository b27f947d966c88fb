import { type Connection, query, rooms, type Transaction, transact } from "@radist-tech/db";
import { Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";

/** Tells the sfu nodes what happened. */
export interface RoomAnnouncements {
  tellRooms(control: RoomControl): void;
}

/**
 * Ends the open ones among some rooms. Their places are freed, and their usage is closed, by the node that has them.
 *
 * @returns their ids
 */
export async function terminateRooms(tx: Transaction, which: SQL | undefined): Promise<string[]> {
  const ended = await tx
    .update(rooms)
    .set({ tombstonedAt: sql`now()`, tombstoneReason: "terminated" })
    .where(and(which, isNull(rooms.tombstonedAt)))
    .returning({ id: rooms.id });
  return ended.map(({ id }) => id);
}

/**
 * Terminates a room: in the database first, which is what counts, then by telling the node that has its media. Ending
 * an ended room changes nothing.
 *
 * @throws {Refusal} `room_not_found`
 */
export async function endRoom(
  connection: Connection,
  announcements: RoomAnnouncements,
  options: { projectId: string; roomId: RoomId },
): Promise<void> {
  const { projectId, roomId } = options;
  const thisRoom = and(eq(rooms.id, roomId), eq(rooms.projectId, projectId));
  const ended = await transact(connection, (tx) => terminateRooms(tx, thisRoom));
  if (ended.length > 0) return announcements.tellRooms({ type: "room_ended", roomId });
  const known = await query(connection.db.select({ id: rooms.id }).from(rooms).where(thisRoom));
  if (known.length === 0) throw new Refusal("room_not_found");
}
