import { type Connection, callPeers, calls, callTokens, onPrimary, query, roomTokens } from "@radist-tech/db";
import { type CallId, type CallToken, type PeerId, type ReconnectToken, Refusal } from "@radist-tech/protocol";
import { and, eq, gt, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import { ATTEMPT_MS } from "./call.ts";
import { digest } from "./tokens.ts";

interface ReconnectClaim {
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly reconnectToken: ReconnectToken;
}

/** What somebody presents to get into a call. */
export type CallCredentials =
  | { readonly kind: "join"; readonly callToken: CallToken }
  | ({ readonly kind: "reconnect" } & ReconnectClaim);

/**
 * Finds which credentials have to be verified, of any number, in one query for each kind and without a lock.
 *
 * @returns in their order: why not, `invalid_token` or `invalid_reconnect`; nothing for what has to be verified
 * @throws {DatabaseUnavailable}
 */
export async function screenCredentials(
  connection: Connection,
  presented: readonly CallCredentials[],
): Promise<readonly (Refusal | undefined)[]> {
  const [tokens, peers] = await Promise.all([
    findTokens(connection, presented.filter(isJoin)),
    findPeers(connection, presented.filter(isReconnect)),
  ]);
  return presented.map((credentials) => {
    if (credentials.kind === "join") {
      return tokens.has(hex(digest(credentials.callToken))) ? undefined : new Refusal("invalid_token");
    }
    return peers.has(nameOf(credentials.peerId, digest(credentials.reconnectToken)))
      ? undefined
      : new Refusal("invalid_reconnect");
  });
}

/**
 * Tokens that have to be verified: unused ones, those whose user may not have heard the answer, and two kinds that admit
 * nobody but have answers of their own, which are those of an ended call and those of a room.
 */
async function findTokens(
  { db }: Connection,
  joins: readonly { readonly callToken: CallToken }[],
): Promise<ReadonlySet<string>> {
  if (joins.length === 0) return new Set();
  const { hash, usedAt, expiresAt } = callTokens;
  const hashes = joins.map(({ callToken }) => digest(callToken));
  const mayWork = or(
    and(isNull(usedAt), gt(expiresAt, sql`now()`)),
    gt(usedAt, sql`now() - ${ATTEMPT_MS} * interval '1 millisecond'`),
    isNotNull(callPeers.unconfirmedSince),
    isNotNull(calls.tombstonedAt),
  );
  const rows = await query(
    db
      .select({ hash })
      .from(callTokens)
      .innerJoin(calls, eq(calls.id, callTokens.callId))
      .leftJoin(callPeers, and(eq(callPeers.callId, callTokens.callId), eq(callPeers.peerId, callTokens.peerId)))
      .where(and(inArray(hash, hashes), mayWork, onPrimary))
      .unionAll(db.select({ hash: roomTokens.hash }).from(roomTokens).where(inArray(roomTokens.hash, hashes))),
  );
  return new Set(rows.map((row) => hex(row.hash)));
}

async function findPeers({ db }: Connection, claims: readonly ReconnectClaim[]): Promise<ReadonlySet<string>> {
  if (claims.length === 0) return new Set();
  const { callId, peerId, reconnectHash, freshReconnectHash } = callPeers;
  const callIds = claims.map((claim) => claim.callId);
  const peerIds = claims.map((claim) => claim.peerId);
  const rows = await query(
    db
      .select({ peerId, reconnectHash, freshReconnectHash })
      .from(callPeers)
      .where(and(inArray(callId, callIds), inArray(peerId, peerIds), onPrimary)),
  );
  return new Set(
    rows.flatMap((row) =>
      [row.reconnectHash, row.freshReconnectHash].flatMap((hash) => (hash ? [nameOf(row.peerId, hash)] : [])),
    ),
  );
}

const isJoin = (presented: CallCredentials) => presented.kind === "join";
const isReconnect = (presented: CallCredentials) => presented.kind === "reconnect";

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");
const nameOf = (peerId: string, hash: Uint8Array): string => `${peerId} ${hex(hash)}`;
