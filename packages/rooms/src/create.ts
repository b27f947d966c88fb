import { rooms, roomTokens, type Transaction } from "@radist-tech/db";
import { type CreatedRoom, type E2eeMode, type Metadata, newRoomId, type ProjectId } from "@radist-tech/protocol";
import { freshToken } from "./tokens.ts";

export interface NewRoom {
  /** How many tokens to mint with it. */
  readonly tokens: number;
  /** Null: no limit. */
  readonly maxParticipants: number | null;
  readonly e2ee: E2eeMode;
  readonly metadata: Metadata;
  readonly idleSeconds: number;
}

export async function createRoom(
  tx: Transaction,
  options: { projectId: ProjectId; wanted: NewRoom; ttlSeconds: number },
): Promise<CreatedRoom> {
  const { projectId, wanted, ttlSeconds } = options;
  const roomId = newRoomId();
  const { tokens: count, ...settings } = wanted;
  await tx.insert(rooms).values({ id: roomId, projectId, ...settings });
  const tokens = Array.from({ length: count }, () => freshToken(ttlSeconds));
  await tx.insert(roomTokens).values(tokens.map(({ stored }) => ({ ...stored, roomId })));
  return { roomId, roomTokens: tokens.map(({ token }) => token) };
}
