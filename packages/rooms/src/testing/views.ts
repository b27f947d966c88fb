import { type Connection, events, roomPeers, rooms } from "@radist-tech/db";
import { asc, eq } from "drizzle-orm";
import type { RoomFact } from "../seats/record.ts";
import { type Replayed, replay } from "./replay.ts";

/** A room's events; rejects gaps in their numbers, and numbers that the room has not counted. */
export async function factsOf({ db }: Connection, roomId: string): Promise<RoomFact[]> {
  // One statement, so that the room and its events are of one moment.
  const rows = await db
    .select({ eventSeq: rooms.eventSeq, seq: events.seq, type: events.type, data: events.data })
    .from(rooms)
    .leftJoin(events, eq(events.subjectId, rooms.id))
    .where(eq(rooms.id, roomId))
    .orderBy(asc(events.id));
  const numbers = rows.map(({ seq }) => seq);
  const expected = Array.from({ length: rows[0]?.eventSeq ?? 0 }, (_none, index) => index + 1);
  if (numbers.join() !== expected.join()) throw new Error(`Numbered ${numbers.join()}, counted ${expected.length}.`);
  return rows.map(({ type, data }) => ({ type, data }) as RoomFact);
}

/** What the outbox says of a room, and what the tables say; tests expect the two to be equal. */
export async function viewsOf(
  connection: Connection,
  roomId: string,
): Promise<{ readonly outbox: Replayed; readonly tables: Replayed }> {
  const { db } = connection;
  const outbox = replay(await factsOf(connection, roomId));
  const seats = await db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
  const [room] = await db.select().from(rooms).where(eq(rooms.id, roomId));
  const held = Object.fromEntries(seats.map(({ peerId, status }) => [peerId, status]));
  // Tracks are in no table.
  return { outbox, tables: { seats: held, tracks: outbox.tracks, ended: room?.tombstoneReason ?? null } };
}
