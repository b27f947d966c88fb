import { rooms, roomTokens, type Transaction } from "@radist-tech/db";
import { type CreatedRoom, type CreateRoom, newRoomId } from "@radist-tech/protocol";
import type { z } from "zod";
import type { CallerProject } from "../auth/caller.ts";
import { freshToken } from "../auth/tokens.ts";
import { assertBelowLimit } from "../projects/connection-limit.ts";

/** @throws {Refusal} `connection_limit` */
export async function createRoom(
  tx: Transaction,
  options: { project: CallerProject; wanted: z.output<typeof CreateRoom>; ttlSeconds: number },
): Promise<CreatedRoom> {
  const { project, wanted, ttlSeconds } = options;
  await assertBelowLimit(tx, project);
  const roomId = newRoomId();
  const { tokens: count, ...settings } = wanted;
  await tx.insert(rooms).values({ id: roomId, projectId: project.id, ...settings });
  const tokens = Array.from({ length: count }, () => freshToken(ttlSeconds));
  await tx.insert(roomTokens).values(tokens.map(({ stored }) => ({ ...stored, roomId })));
  return { roomId, roomTokens: tokens.map(({ token }) => token) };
}
