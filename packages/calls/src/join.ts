import {
  type Connection,
  callPeers,
  calls,
  callTokens,
  onPrimary,
  query,
  rooms,
  roomTokens,
  type Transaction,
  transact,
} from "@radist-tech/db";
import {
  type Attempt,
  type CallId,
  type CallToken,
  newPeerId,
  newReconnectToken,
  type PeerId,
  type ProjectId,
  Refusal,
} from "@radist-tech/protocol";
import { closeSession } from "@radist-tech/usage";
import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { type AdmissionContext, type Admitted, admitPeer } from "./admission.ts";
import { ATTEMPT_MS, type Call, type Peer } from "./call.ts";
import { type HeldSignal, heldFor } from "./held-signals.ts";
import { type LockedCalls, lockCalls } from "./load.ts";
import { digest } from "./tokens.ts";

/** A peer that joined with a token. */
export interface Joined extends Admitted {
  readonly tokenHash: Uint8Array;
  /** The token had seated the peer before, and the answer was lost. */
  readonly isAgain: boolean;
  /** Earlier claims that were connected until now: the peer's own, or of who lost its seat to it. Their sockets end. */
  readonly superseded: readonly Peer[];
  /** Signals that wait for the peer, in order; they stay stored until they have been delivered. */
  readonly held: readonly HeldSignal[];
}

/** Who joins, and to what. */
export interface JoinContext extends AdmissionContext<Joined> {
  /** Milliseconds since this node last heard a peer's earlier socket; infinite when that is not on this node. */
  readonly silentMs: (peerId: PeerId) => number;
}

interface Credentials {
  readonly callToken: CallToken;
  /** The same token with the same attempt is the same join. */
  readonly attempt?: Attempt | undefined;
}

/** A token of a call, and who used it. */
interface Token {
  readonly callId: CallId;
  readonly usedBy: { readonly peerId: PeerId; readonly at: Date; readonly attemptHash: Uint8Array | null } | undefined;
}

/**
 * Uses a token up and takes a seat, both or neither; or gives the seat once more to a client that never heard of it.
 *
 * @param onPeer hears who will join, before anybody else can know of it; once for each candidate
 * @throws {Refusal} `invalid_token`, `call_terminated`, `call_full`
 * @throws {DatabaseUnavailable}
 */
export async function joinCall(
  context: JoinContext,
  { callToken, attempt }: Credentials,
  onPeer: (callId: CallId, peerId: PeerId, tokenHash?: Uint8Array) => void,
): Promise<Joined> {
  const { connection, projectId, onLate, isWanted = () => true } = context;
  const tokenHash = digest(callToken);
  const attemptHash = attempt === undefined ? null : digest(attempt);
  const callId = await callOf(connection, { projectId, tokenHash, attemptHash });
  const peerId = newPeerId();
  onPeer(callId, peerId, tokenHash);
  const join = async (tx: Transaction): Promise<Joined> => {
    // Of many that use the same token, all but one wait here, at the lock on its row.
    const { usedBy } = await lockToken(tx, tokenHash);
    const locked = await lockCalls(tx, [callId]);
    if (!usedBy) {
      const [joined] = await Promise.all([
        takeSeat(tx, locked, context, { callId, peerId, tokenHash }),
        useToken(tx, tokenHash, { peerId, attemptHash }),
      ]);
      return joined;
    }
    onPeer(callId, usedBy.peerId);
    const isInTime = locked.at.getTime() - usedBy.at.getTime() < ATTEMPT_MS;
    const isSameAttempt = isInTime && isSame(usedBy.attemptHash, attemptHash);
    return takeAgain(tx, locked, context, { callId, peerId: usedBy.peerId, tokenHash, isSameAttempt });
  };
  return transact(connection, join, { onLate, isWanted });
}

/**
 * Whether a join was refused because the token has been used, by a peer of which nobody knows whether it still has its
 * socket.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isUnanswered(connection: Connection, callToken: CallToken, error: unknown): Promise<boolean> {
  if (!(error instanceof Refusal) || error.code !== "invalid_token") return false;
  const ofPeer = and(eq(callPeers.callId, callTokens.callId), eq(callPeers.peerId, callTokens.peerId));
  const rows = await query(
    connection.db
      .select({ peerId: callPeers.peerId })
      .from(callTokens)
      .innerJoin(callPeers, ofPeer)
      .where(
        and(
          eq(callTokens.hash, digest(callToken)),
          isNotNull(callPeers.unconfirmedSince),
          inArray(callPeers.status, ["connected", "disconnected"]),
          onPrimary,
        ),
      ),
  );
  return rows.length > 0;
}

/** The call that a token opens. Looked up without a lock, so that a used token costs one query. */
async function callOf(
  connection: Connection,
  {
    projectId,
    tokenHash,
    attemptHash,
  }: { projectId: ProjectId; tokenHash: Uint8Array; attemptHash: Uint8Array | null },
): Promise<CallId> {
  const { usedAt, expiresAt } = callTokens;
  const isSameAttempt = sql`${callTokens.attemptHash} = ${attemptHash}::bytea
    and ${usedAt} > now() - ${ATTEMPT_MS} * interval '1 millisecond'`;
  const [row] = await transact(connection, (tx) =>
    tx
      .select({
        callId: calls.id,
        tombstonedAt: calls.tombstonedAt,
        isUsable: sql<boolean>`(${usedAt} is null and ${expiresAt} > now())`,
        isUnanswered: sql<boolean>`coalesce(${isSameAttempt} or ${callPeers.unconfirmedSince} is not null, false)`,
      })
      .from(callTokens)
      .innerJoin(calls, eq(calls.id, callTokens.callId))
      .leftJoin(callPeers, and(eq(callPeers.callId, callTokens.callId), eq(callPeers.peerId, callTokens.peerId)))
      .where(and(eq(callTokens.hash, tokenHash), eq(calls.projectId, projectId), onPrimary)),
  );
  if (!row) throw await refusalOfUnknown(connection, projectId, tokenHash);
  if (row.tombstonedAt) throw new Refusal("call_terminated");
  if (!row.isUsable && !row.isUnanswered) throw new Refusal("invalid_token");
  return row.callId as CallId;
}

/** Somebody who has the token may know what it is for. */
async function refusalOfUnknown(connection: Connection, projectId: ProjectId, hash: Uint8Array): Promise<Refusal> {
  const [room] = await transact(connection, (tx) =>
    tx
      .select({ id: rooms.id })
      .from(roomTokens)
      .innerJoin(rooms, eq(rooms.id, roomTokens.roomId))
      .where(and(eq(roomTokens.hash, hash), eq(rooms.projectId, projectId), onPrimary)),
  );
  if (!room) return new Refusal("invalid_token");
  return new Refusal("invalid_token", "This is a room token. Join its room with it (createRoomConnection in the SDK).");
}

/** @throws {Refusal} `invalid_token` */
async function lockToken(tx: Transaction, hash: Uint8Array): Promise<Token> {
  const [row] = await tx
    .select({ token: callTokens, isExpired: sql<boolean>`${callTokens.expiresAt} <= now()` })
    .from(callTokens)
    .where(eq(callTokens.hash, hash))
    .for("update");
  if (!row) throw new Refusal("invalid_token");
  const { callId, usedAt, peerId, attemptHash } = row.token;
  if (usedAt === null && !row.isExpired) return { callId: callId as CallId, usedBy: undefined };
  if (usedAt === null || peerId === null) throw new Refusal("invalid_token");
  return { callId: callId as CallId, usedBy: { peerId: peerId as PeerId, at: usedAt, attemptHash } };
}

async function useToken(
  tx: Transaction,
  hash: Uint8Array,
  by: { readonly peerId: PeerId; readonly attemptHash: Uint8Array | null },
): Promise<void> {
  await tx
    .update(callTokens)
    .set({ usedAt: sql`clock_timestamp()`, ...by })
    .where(eq(callTokens.hash, hash));
}

type Seat = { readonly callId: CallId; readonly peerId: PeerId; readonly tokenHash: Uint8Array };

async function takeSeat(
  tx: Transaction,
  locked: LockedCalls,
  { ownerNode, limits }: JoinContext,
  { callId, peerId, tokenHash }: Seat,
): Promise<Joined> {
  const reconnectToken = newReconnectToken();
  const tokens = new Map([[peerId, { reconnectHash: digest(reconnectToken), freshReconnectHash: null }]]);
  const input = { callId, event: { type: "join", peerId, ownerNode } as const, tokens };
  const admitted = await admitPeer(tx, locked, input, limits);
  const evicted = connectedUntilNow(locked.byId.get(callId)?.call, admitted.call);
  // Until when they were there, only their nodes know.
  for (const peer of evicted) {
    await closeSession(tx, { subjectId: callId, peerId: peer.peerId }, "expired", Number.POSITIVE_INFINITY);
  }
  return { ...admitted, reconnectToken, tokenHash, isAgain: false, superseded: evicted, held: [] };
}

/** The same join once more: same peer, and a reconnect token beside the one that may never have arrived. */
async function takeAgain(
  tx: Transaction,
  locked: LockedCalls,
  { ownerNode, limits, silentMs }: JoinContext,
  { callId, peerId, tokenHash, isSameAttempt }: Seat & { readonly isSameAttempt: boolean },
): Promise<Joined> {
  const before = locked.byId.get(callId);
  const earlier = before?.call.peers.find((peer) => peer.peerId === peerId);
  const known = before?.tokens.get(peerId);
  if (!earlier || !known) throw new Refusal("invalid_token");
  const reconnectToken = newReconnectToken();
  const tokens = new Map([[peerId, { ...known, freshReconnectHash: digest(reconnectToken) }]]);
  const input = { callId, event: { type: "rejoin", peerId, ownerNode, isSameAttempt } as const, tokens };
  const wasConnected = earlier.status === "connected";
  const [admitted, held] = await Promise.all([
    admitPeer(tx, locked, input, limits, wasConnected ? { silentMs: silentMs(peerId) } : undefined),
    heldFor(tx, callId, peerId),
  ]);
  const superseded = wasConnected ? [earlier] : [];
  return { ...admitted, reconnectToken, tokenHash, isAgain: true, superseded, held };
}

const connectedUntilNow = (before: Call | undefined, after: Call): Peer[] =>
  before?.peers.filter(
    ({ peerId, status }) =>
      status === "connected" && after.peers.some((peer) => peer.peerId === peerId && peer.status === "expired"),
  ) ?? [];

const isSame = (one: Uint8Array | null, other: Uint8Array | null): boolean =>
  one !== null && other !== null && Buffer.from(one).equals(other);
