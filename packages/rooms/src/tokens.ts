import { isFewerThan, rooms, roomTokens, type Transaction } from "@radist-tech/db";
import {
  type CallToken,
  type DuplicateIdentity,
  type MintedRoomToken,
  newCallToken,
  type Participant,
  type ProjectId,
  Refusal,
  type RoomId,
} from "@radist-tech/protocol";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { digest } from "./digest.ts";

export interface MintOptions {
  readonly projectId: ProjectId;
  readonly roomId: RoomId;
  /** As whom the backend presents who uses the token. */
  readonly participant: Participant;
  /** Default `allow`. */
  readonly duplicateIdentity?: DuplicateIdentity;
  readonly ttlSeconds: number;
}

/** Maximum of tokens of a room that nobody has used. */
const MAX_UNUSED = 10_000;

/**
 * A token for one more participant.
 *
 * @throws {Refusal} `room_not_found`, `room_terminated`, `too_many_tokens`
 */
export async function mintRoomToken(tx: Transaction, options: MintOptions): Promise<MintedRoomToken> {
  const { projectId, roomId, participant, duplicateIdentity = "allow", ttlSeconds } = options;
  const [room] = await tx
    .select({ tombstonedAt: rooms.tombstonedAt })
    .from(rooms)
    .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId)));
  if (!room) throw new Refusal("room_not_found");
  if (room.tombstonedAt) throw new Refusal("room_terminated");
  const { usedAt, expiresAt } = roomTokens;
  const isUnused = and(eq(roomTokens.roomId, roomId), isNull(usedAt), gt(expiresAt, sql`now()`));
  const mayMint = await isFewerThan(tx, {
    limit: MAX_UNUSED,
    subjectId: roomId,
    rows: (offset) => tx.select({ one: sql`1` }).from(roomTokens).where(isUnused).offset(offset).limit(1),
  });
  if (!mayMint) throw new Refusal("too_many_tokens");
  const [roomToken] = await insertTokens(tx, roomId, {
    participants: [{ ...participant, duplicateIdentity }],
    ttlSeconds,
  });
  if (!roomToken) throw new Error("One token was asked for, and none was made.");
  return { roomToken };
}

/** As whom a token lets in, and what that makes of those who are in under the same identity. */
interface Presented extends Participant {
  readonly duplicateIdentity: DuplicateIdentity;
}

/** @returns one token for each participant */
export async function insertTokens(
  tx: Transaction,
  roomId: RoomId,
  { participants, ttlSeconds }: { readonly participants: readonly Partial<Presented>[]; readonly ttlSeconds: number },
): Promise<CallToken[]> {
  if (participants.length === 0) return [];
  const minted = participants.map((participant) => ({ token: newCallToken(), participant }));
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`;
  await tx
    .insert(roomTokens)
    .values(minted.map(({ token, participant }) => ({ ...participant, roomId, hash: digest(token), expiresAt })));
  return minted.map(({ token }) => token);
}
