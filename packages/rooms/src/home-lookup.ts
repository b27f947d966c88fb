import {
  type Connection,
  calls,
  callTokens,
  execute,
  hexOf,
  nodes,
  onPrimary,
  query,
  roomPeers,
  rooms,
  roomTokens,
  statement,
} from "@radist-tech/db";
import { type Epoch, type NodeId, type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { HomeLocation } from "./homes.ts";
import { ATTEMPT_MS } from "./join.ts";
import { refusal } from "./store/advance.ts";

/** Whether the process that claimed a room holds its lease, in a query that joins rooms with their homes' nodes. */
export const isHomeAlive = sql<boolean>`coalesce(${nodes.leaseUntil} > now() and ${nodes.epoch} = ${rooms.homeNodeEpoch}, false)`;

interface Found {
  readonly id: RoomId;
  readonly epoch: Epoch;
  readonly nodeId: NodeId | null;
  readonly hasEnded: boolean;
  readonly isHomeAlive: boolean;
  /** Whether what was presented may work. */
  readonly isUsable: boolean;
}

const found = (isUsable: SQL): SQL => sql`json_build_object(
  'id', ${rooms.id}, 'epoch', ${rooms.homeEpoch}, 'nodeId', ${rooms.homeNodeId},
  'hasEnded', ${rooms.tombstonedAt} is not null, 'isHomeAlive', ${isHomeAlive}, 'isUsable', ${isUsable}) as output`;

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
  const input = { projectId, hash: hexOf(tokenHash), attemptHash: hexOf(attemptHash) };
  const row = await query(execute(connection.db, FIND_BY_TOKEN, input));
  if (!row) throw await refusalOfUnknown(connection, projectId, tokenHash);
  if (row.hasEnded) throw new Refusal("room_terminated");
  if (!row.isUsable) throw refusal("invalid_token");
  return locationOf(row);
}

interface TokenQuery {
  readonly projectId: ProjectId;
  readonly hash: string | null;
  readonly attemptHash: string | null;
}

const FIND_BY_TOKEN = statement<TokenQuery, Found | undefined>((input) => {
  const isSameAttempt = sql`${roomTokens.attemptHash} = (${input} ->> 'attemptHash')::bytea
    and ${roomTokens.usedAt} > now() - ${sql.raw(String(ATTEMPT_MS))} * interval '1 millisecond'`;
  const isUnanswered = sql`coalesce(${isSameAttempt} or ${roomPeers.unconfirmedSince} is not null, false)`;
  const isFresh = sql`(${roomTokens.usedAt} is null and ${roomTokens.expiresAt} > now())`;
  return sql`
    select ${found(sql`(${isFresh} or ${isUnanswered})`)}
    from ${roomTokens} join ${rooms} on ${rooms.id} = ${roomTokens.roomId}
    left join ${roomPeers} on ${ofToken} left join ${nodes} on ${nodes.id} = ${rooms.homeNodeId}
    where ${roomTokens.hash} = (${input} ->> 'hash')::bytea and ${rooms.projectId} = (${input} ->> 'projectId')::uuid and ${onPrimary}`;
});

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
  const row = await query(execute(db, FIND_BY_RESUME_TOKEN, { projectId, roomId, hash: hexOf(resumeHash) }));
  if (row?.hasEnded) throw new Refusal("room_terminated");
  // Asked before a node claims the room for a client that has no seat there.
  if (!row?.isUsable) throw refusal("invalid_reconnect");
  return locationOf(row);
}

interface ResumeQuery {
  readonly projectId: ProjectId;
  readonly roomId: RoomId;
  readonly hash: string | null;
}

const FIND_BY_RESUME_TOKEN = statement<ResumeQuery, Found | undefined>((input) => {
  const seat = sql`select 1 from ${roomPeers} where ${roomPeers.roomId} = ${rooms.id}
    and (${input} ->> 'hash')::bytea in (${roomPeers.resumeHash}, ${roomPeers.freshResumeHash})`;
  return sql`
    select ${found(sql`exists (${seat})`)}
    from ${rooms} left join ${nodes} on ${nodes.id} = ${rooms.homeNodeId}
    where ${rooms.id} = (${input} ->> 'roomId')::uuid and ${rooms.projectId} = (${input} ->> 'projectId')::uuid and ${onPrimary}`;
});

function locationOf({ id, epoch, nodeId, isHomeAlive: isAlive }: Found): HomeLocation {
  const known = { roomId: id, epoch };
  return isAlive && nodeId !== null ? { ...known, nodeId } : known;
}
