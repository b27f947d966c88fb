import { type Connection, callTokens, onPrimary, query, roomPeers, rooms, roomTokens } from "@radist-tech/db";
import type { CallToken, PeerId, ReconnectToken, Refusal, RoomId } from "@radist-tech/protocol";
import { and, eq, gt, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import { digest } from "./digest.ts";
import { ATTEMPT_MS } from "./join.ts";
import { refusal } from "./store/advance.ts";

interface ResumeClaim {
  readonly roomId: RoomId;
  readonly peerId: PeerId;
  readonly resumeToken: ReconnectToken;
}

/** What somebody presents to get into a room. */
export type RoomCredentials =
  | { readonly kind: "join"; readonly roomToken: CallToken }
  | ({ readonly kind: "resume" } & ResumeClaim);

/**
 * Finds which credentials have to be verified, of any number, in one query or two for each kind and without a lock.
 *
 * @returns in their order: why not, `invalid_token` or `invalid_reconnect`; nothing for what has to be verified
 * @throws {DatabaseUnavailable}
 */
export async function screenCredentials(
  connection: Connection,
  presented: readonly RoomCredentials[],
): Promise<readonly (Refusal | undefined)[]> {
  const claims = presented.filter(isResume);
  const [tokens, peers, endedRooms] = await Promise.all([
    findTokens(connection, presented.filter(isJoin)),
    findPeers(connection, claims),
    findEndedRooms(connection, claims),
  ]);
  return presented.map((credentials) => {
    if (credentials.kind === "join") {
      return tokens.has(hex(digest(credentials.roomToken))) ? undefined : refusal("invalid_token");
    }
    const { roomId, peerId, resumeToken } = credentials;
    const mayWork = peers.has(nameOf(peerId, digest(resumeToken))) || endedRooms.has(roomId);
    return mayWork ? undefined : refusal("invalid_reconnect");
  });
}

/**
 * Tokens that have to be verified: unused ones, those whose user may not have heard the answer, and two kinds that admit
 * nobody but have answers of their own, which are those of an ended room and those of a call.
 */
async function findTokens(
  { db }: Connection,
  joins: readonly { readonly roomToken: CallToken }[],
): Promise<ReadonlySet<string>> {
  if (joins.length === 0) return new Set();
  const { hash, usedAt, expiresAt } = roomTokens;
  const hashes = joins.map(({ roomToken }) => digest(roomToken));
  const mayWork = or(
    and(isNull(usedAt), gt(expiresAt, sql`now()`)),
    gt(usedAt, sql`now() - ${ATTEMPT_MS} * interval '1 millisecond'`),
    isNotNull(roomPeers.unconfirmedSince),
    isNotNull(rooms.tombstonedAt),
  );
  const rows = await query(
    db
      .select({ hash })
      .from(roomTokens)
      .innerJoin(rooms, eq(rooms.id, roomTokens.roomId))
      .leftJoin(roomPeers, and(eq(roomPeers.roomId, roomTokens.roomId), eq(roomPeers.peerId, roomTokens.peerId)))
      .where(and(inArray(hash, hashes), mayWork, onPrimary))
      .unionAll(db.select({ hash: callTokens.hash }).from(callTokens).where(inArray(callTokens.hash, hashes))),
  );
  return new Set(rows.map((row) => hex(row.hash)));
}

async function findPeers({ db }: Connection, claims: readonly ResumeClaim[]): Promise<ReadonlySet<string>> {
  if (claims.length === 0) return new Set();
  const { roomId, peerId, resumeHash, freshResumeHash } = roomPeers;
  const roomIds = claims.map((claim) => claim.roomId);
  const peerIds = claims.map((claim) => claim.peerId);
  const rows = await query(
    db
      .select({ peerId, resumeHash, freshResumeHash })
      .from(roomPeers)
      .where(and(inArray(roomId, roomIds), inArray(peerId, peerIds), onPrimary)),
  );
  return new Set(
    rows.flatMap((row) =>
      [row.resumeHash, row.freshResumeHash].flatMap((hash) => (hash ? [nameOf(row.peerId, hash)] : [])),
    ),
  );
}

/** Seats are deleted with the end; verifying answers that the room has ended. */
async function findEndedRooms({ db }: Connection, claims: readonly ResumeClaim[]): Promise<ReadonlySet<string>> {
  if (claims.length === 0) return new Set();
  const { id, tombstonedAt } = rooms;
  const roomIds = [...new Set(claims.map(({ roomId }) => roomId))];
  const rows = await query(
    db
      .select({ id })
      .from(rooms)
      .where(and(inArray(id, roomIds), isNotNull(tombstonedAt), onPrimary)),
  );
  return new Set(rows.map((row) => row.id));
}

const isJoin = (presented: RoomCredentials) => presented.kind === "join";
const isResume = (presented: RoomCredentials) => presented.kind === "resume";

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");
const nameOf = (peerId: string, hash: Uint8Array): string => `${peerId} ${hex(hash)}`;
