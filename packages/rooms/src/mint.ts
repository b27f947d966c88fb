import { rooms, roomTokens, type Transaction } from "@radist-tech/db";
import { type MintedRoomToken, type Participant, Refusal } from "@radist-tech/protocol";
import { and, eq } from "drizzle-orm";
import { freshToken } from "./tokens.ts";

/**
 * A token for one more participant, as whom the backend presents it.
 *
 * @throws {Refusal} `room_not_found`, `room_terminated`
 */
export async function mintRoomToken(
  tx: Transaction,
  options: { projectId: string; roomId: string; participant: Participant; ttlSeconds: number },
): Promise<MintedRoomToken> {
  const { projectId, roomId, participant, ttlSeconds } = options;
  const [room] = await tx
    .select({ tombstonedAt: rooms.tombstonedAt })
    .from(rooms)
    .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId)));
  if (!room) throw new Refusal("room_not_found");
  if (room.tombstonedAt) throw new Refusal("room_terminated");
  const { token, stored } = freshToken(ttlSeconds);
  await tx.insert(roomTokens).values({ ...stored, ...participant, roomId });
  return { roomToken: token };
}
