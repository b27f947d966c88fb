import { type Connection, roomTokens, type Transaction, transact } from "@radist-tech/db";
import {
  newReconnectToken,
  type Participant,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  type RoomId,
} from "@radist-tech/protocol";
import { type LedgerNode, openSession } from "@radist-tech/usage";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { digest } from "./digest.ts";
import type { HomeClaim } from "./homes.ts";
import { change } from "./store/advance.ts";
import { loadRooms, participantOf } from "./store/load.ts";
import { storeChanges } from "./store/store.ts";

export interface Admitted {
  readonly peerId: PeerId;
  readonly participant: Participant;
  /** Proves this peer when it comes back. */
  readonly resumeToken: ReconnectToken;
}

export interface JoinOptions {
  readonly projectId: ProjectId;
  /** A fresh one. */
  readonly peerId: PeerId;
  readonly tokenHash: Uint8Array;
  readonly canResume: boolean;
  readonly node: LedgerNode;
  /** Called when the seat was taken after the caller had given up. */
  readonly onLate: (late: Admitted) => void;
}

/**
 * Uses a token up and takes a seat, both or neither.
 *
 * @throws {Refusal} `invalid_token`, `room_terminated`, `room_full`
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function takeSeat(connection: Connection, claim: HomeClaim, options: JoinOptions): Promise<Admitted> {
  const { projectId, peerId, tokenHash, canResume, node, onLate } = options;
  const { roomId, epoch } = claim;
  const resumeToken = newReconnectToken();
  const resumeDigest = canResume ? digest(resumeToken) : null;
  const take = async (tx: Transaction): Promise<Admitted> => {
    const [[loaded], participant] = await Promise.all([
      loadRooms(tx, [roomId], { seats: "none" }),
      useToken(tx, roomId, tokenHash),
    ]);
    const joined = change(loaded, { type: "join", under: epoch, projectId, peerId, participant, resumeDigest });
    if (!loaded || !joined || !participant) throw new Error("A join changes the room, or is refused.");
    const identity = participant.identity ?? null;
    await Promise.all([
      storeChanges(tx, [{ ...loaded, change: joined }]),
      openSession(tx, { projectId, kind: "room", subjectId: roomId, peerId, identity }, node),
    ]);
    return { peerId, participant, resumeToken };
  };
  return transact(connection, take, { onLate });
}

/** @returns whom the token presents; nothing when it cannot be used */
async function useToken(tx: Transaction, roomId: RoomId, hash: Uint8Array): Promise<Participant | undefined> {
  const { usedAt, expiresAt } = roomTokens;
  const [token] = await tx
    .update(roomTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(roomTokens.hash, hash), eq(roomTokens.roomId, roomId), isNull(usedAt), gt(expiresAt, sql`now()`)))
    .returning();
  return token && participantOf(token);
}
