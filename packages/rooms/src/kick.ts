import { type Connection, roomPeers, rooms, roomTokens, transact } from "@radist-tech/db";
import { type PeerId, Refusal, type RoomId } from "@radist-tech/protocol";
import { closeSession } from "@radist-tech/usage";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { RoomAnnouncements } from "./end.ts";

/**
 * Removes a participant: with its row its resume token is void, and so are the tokens that its identity has not used
 * yet. Its node learns of it afterwards.
 *
 * @throws {Refusal} `room_not_found`, `participant_not_found`
 */
export async function kickParticipant(
  connection: Connection,
  announcements: RoomAnnouncements,
  options: { projectId: string; roomId: RoomId; peerId: PeerId },
): Promise<void> {
  const { projectId, roomId, peerId } = options;
  await transact(connection, async (tx) => {
    // Under the room's lock, like everything about its places: a token that is being used is used before or not at all.
    const [room] = await tx
      .select({ tombstonedAt: rooms.tombstonedAt })
      .from(rooms)
      .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId)))
      .for("no key update");
    if (!room) throw new Refusal("room_not_found");
    if (room.tombstonedAt) throw new Refusal("participant_not_found");
    const [kicked] = await tx
      .delete(roomPeers)
      .where(and(eq(roomPeers.roomId, roomId), eq(roomPeers.peerId, peerId)))
      .returning({ identity: roomPeers.identity });
    if (!kicked) throw new Refusal("participant_not_found");
    const { identity } = kicked;
    if (identity !== null) {
      await tx
        .update(roomTokens)
        .set({ usedAt: sql`now()` })
        .where(and(eq(roomTokens.roomId, roomId), eq(roomTokens.identity, identity), isNull(roomTokens.usedAt)));
    }
    // Only its node knows how long the participant was there beyond the last checkpoint, and whether that node lives.
    await closeSession(tx, { subjectId: roomId, peerId }, "kicked", Number.POSITIVE_INFINITY);
  });
  announcements.tellRooms({ type: "participant_kicked", roomId, peerId });
}
