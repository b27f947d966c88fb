import {
  type Connection,
  calls,
  callTokens,
  nodes,
  onPrimary,
  query,
  roomPeers,
  rooms,
  roomTokens,
} from "@radist-tech/db";
import { type Epoch, type NodeId, type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import { and, eq, exists, isNotNull, or, sql } from "drizzle-orm";
import type { HomeLocation } from "./homes.ts";
import { ATTEMPT_MS } from "./join.ts";
import { refusal } from "./store/advance.ts";

/** Whether the process that claimed a room holds its lease, in a query that joins rooms with their homes' nodes. */
export const isHomeAlive = sql<boolean>`coalesce(${nodes.leaseUntil} > now() and ${nodes.epoch} = ${rooms.homeNodeEpoch}, false)`;

const found = {
  id: rooms.id,
  epoch: rooms.homeEpoch,
  nodeId: rooms.homeNodeId,
  tombstonedAt: rooms.tombstonedAt,
  lives: isHomeAlive,
};

const ofToken = and(eq(roomPeers.roomId, roomTokens.roomId), eq(roomPeers.peerId, roomTokens.peerId));

/**
 * Whether a token has been used by a peer of which nobody knows whether it still has its socket.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isUnanswered({ db }: Connection, tokenHash: Uint8Array): Promise<boolean> {
  const rows = await query(
    db
      .select({ peerId: roomPeers.peerId })
      .from(roomTokens)
      .innerJoin(roomPeers, ofToken)
      .where(and(eq(roomTokens.hash, tokenHash), isNotNull(roomPeers.unconfirmedSince), onPrimary)),
  );
  return rows.length > 0;
}

/**
 * Where the room is at home that a token opens.
 *
 * @throws {Refusal} `invalid_token`, `room_terminated` | {DatabaseUnavailable}
 */
export async function findHomeByToken(
  connection: Connection,
  projectId: ProjectId,
  { tokenHash, attemptHash }: { readonly tokenHash: Uint8Array; readonly attemptHash: Uint8Array | null },
): Promise<HomeLocation> {
  const { db } = connection;
  const isSameAttempt = sql`${roomTokens.attemptHash} = ${attemptHash}::bytea
    and ${roomTokens.usedAt} > now() - ${ATTEMPT_MS} * interval '1 millisecond'`;
  const isUnanswered = sql`coalesce(${isSameAttempt} or ${roomPeers.unconfirmedSince} is not null, false)`;
  const isFresh = sql`(${roomTokens.usedAt} is null and ${roomTokens.expiresAt} > now())`;
  const [row] = await query(
    db
      .select({ ...found, isUsable: sql<boolean>`(${isFresh} or ${isUnanswered})` })
      .from(roomTokens)
      .innerJoin(rooms, eq(rooms.id, roomTokens.roomId))
      .leftJoin(roomPeers, ofToken)
      .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
      .where(and(eq(roomTokens.hash, tokenHash), eq(rooms.projectId, projectId), onPrimary)),
  );
  if (!row) throw await refusalOfUnknown(connection, projectId, tokenHash);
  if (row.tombstonedAt) throw new Refusal("room_terminated");
  if (!row.isUsable) throw refusal("invalid_token");
  return locationOf(row);
}

/** Somebody who has the token may know what it is for. */
async function refusalOfUnknown({ db }: Connection, projectId: ProjectId, hash: Uint8Array): Promise<Refusal> {
  const [call] = await query(
    db
      .select({ id: calls.id })
      .from(callTokens)
      .innerJoin(calls, eq(calls.id, callTokens.callId))
      .where(and(eq(callTokens.hash, hash), eq(calls.projectId, projectId), onPrimary)),
  );
  if (!call) return refusal("invalid_token");
  return new Refusal("invalid_token", "This is a call token. Join its call with it (createConnection in the SDK).");
}

/**
 * Where the room is at home in which a peer resumes.
 *
 * @throws {Refusal} `invalid_reconnect`, `room_terminated` | {DatabaseUnavailable}
 */
export async function findHomeByResumeToken(
  { db }: Connection,
  projectId: ProjectId,
  { roomId, resumeHash }: { readonly roomId: RoomId; readonly resumeHash: Uint8Array },
): Promise<HomeLocation> {
  const seat = db
    .select({ one: sql`1` })
    .from(roomPeers)
    .where(
      and(
        eq(roomPeers.roomId, rooms.id),
        or(eq(roomPeers.resumeHash, resumeHash), eq(roomPeers.freshResumeHash, resumeHash)),
      ),
    );
  const [row] = await query(
    db
      .select({ ...found, isHeld: exists(seat).mapWith(Boolean) })
      .from(rooms)
      .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
      .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId), onPrimary)),
  );
  if (row?.tombstonedAt) throw new Refusal("room_terminated");
  // Asked before a node claims the room for a client that has no seat there.
  if (!row?.isHeld) throw refusal("invalid_reconnect");
  return locationOf(row);
}

function locationOf(row: { id: string; epoch: number; nodeId: string | null; lives: boolean }): HomeLocation {
  const known = { roomId: row.id as RoomId, epoch: row.epoch as Epoch };
  return row.lives ? { ...known, nodeId: row.nodeId as NodeId } : known;
}
