import { type Connection, roomTokens, sendAll, type Transaction, transact } from "@radist-tech/db";
import { type PeerId, type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { closeSessions } from "@radist-tech/usage";
import { and, eq, isNull, sql } from "drizzle-orm";
import { change } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storing } from "./store/store.ts";

export interface KickOptions {
  readonly projectId: ProjectId;
  readonly roomId: RoomId;
  readonly peerId: PeerId;
}

/**
 * Removes a participant, and all other peers of its identity: with its seat its resume token is void, and so are the tokens that its identity has not used
 * yet. It happens under the room's lock, so a token that is being used is used before, or not at all.
 *
 * @returns what is to be announced to the sfu nodes
 * @throws {Refusal} `room_not_found`, `participant_not_found`
 */
export function kickParticipant(
  connection: Connection,
  { projectId, roomId, peerId }: KickOptions,
): Promise<readonly RoomControl[]> {
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: "all" });
    if (loaded?.room.projectId !== projectId) throw new Refusal("room_not_found");
    const kicked = change(loaded, { type: "kick", peerId });
    const identity = loaded.room.seats.get(peerId)?.participant.identity;
    if (!kicked) return [];
    await Promise.all([
      sendAll(tx, storing([{ ...loaded, change: kicked }])),
      identity !== undefined && voidTokens(tx, roomId, identity),
      // Only its node knows for how long it was there beyond the last checkpoint, and whether that node lives.
      closeSessions(
        tx,
        kicked.notify.flatMap((control) =>
          control.type === "participant_kicked"
            ? { subjectId: roomId, peerId: control.peerId, reason: "kicked", agoMs: Number.POSITIVE_INFINITY }
            : [],
        ),
      ),
    ]);
    return kicked.notify;
  });
}

async function voidTokens(tx: Transaction, roomId: RoomId, identity: string): Promise<void> {
  await tx
    .update(roomTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(roomTokens.roomId, roomId), eq(roomTokens.identity, identity), isNull(roomTokens.usedAt)));
}
