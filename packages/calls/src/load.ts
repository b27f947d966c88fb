import { type Connection, callPeers, calls, onPrimary, query, type Transaction } from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Call, OwnerNode, Peer } from "./call.ts";

/** What proves a peer at its next reconnection, as hashes. */
export interface PeerTokens {
  readonly reconnectHash: Uint8Array;
  /** The token of the last `call_reconnected`: replaces the other one once it is used. */
  readonly freshReconnectHash: Uint8Array | null;
}

/** A call under lock until the transaction ends. */
export interface LockedCall {
  readonly call: Call;
  /** The number of its last event. */
  readonly eventSeq: number;
  readonly tokens: ReadonlyMap<PeerId, PeerTokens>;
}

export interface LockedCalls {
  readonly byId: ReadonlyMap<CallId, LockedCall>;
  /** The database's time. */
  readonly at: Date;
}

/** Locks calls, in the order of their ids: steps of one call happen one after the other, on whichever nodes. */
export async function lockCalls(tx: Transaction, callIds: readonly CallId[]): Promise<LockedCalls> {
  const rows = await tx
    .select()
    .from(calls)
    .where(inArray(calls.id, [...callIds]))
    .orderBy(calls.id)
    .for("update");
  // The time is asked for after the locks were granted: a step is never earlier than the one before it.
  const [peers, at] = await Promise.all([
    tx
      .select()
      .from(callPeers)
      .where(inArray(callPeers.callId, [...callIds]))
      .orderBy(asc(callPeers.joinedAt), asc(callPeers.peerId)),
    currentTime(tx),
  ]);
  const byCall = Map.groupBy(peers, ({ callId }) => callId);
  const locked = rows.map((row): [CallId, LockedCall] => {
    const ofCall = byCall.get(row.id) ?? [];
    const tokens = ofCall.map(({ peerId, reconnectHash, freshReconnectHash }): [PeerId, PeerTokens] => [
      peerId as PeerId,
      { reconnectHash, freshReconnectHash },
    ]);
    return [row.id as CallId, { call: toCall(row, ofCall), eventSeq: row.eventSeq, tokens: new Map(tokens) }];
  });
  return { byId: new Map(locked), at };
}

/**
 * Calls as they are, without a lock.
 *
 * @throws {DatabaseUnavailable}
 */
export async function loadCalls(connection: Connection, callIds: readonly CallId[]): Promise<Map<CallId, Call>> {
  // One statement, so that version and peers are of one moment.
  const rows = await query(
    connection.db
      .select()
      .from(calls)
      .leftJoin(callPeers, eq(callPeers.callId, calls.id))
      .where(and(inArray(calls.id, [...callIds]), onPrimary))
      .orderBy(callPeers.joinedAt, callPeers.peerId),
  );
  const byCall = Map.groupBy(rows, (row) => row.calls.id as CallId);
  return new Map(
    [...byCall].flatMap(([callId, group]) => {
      const [first] = group;
      const peers = group.flatMap((row) => row.call_peers ?? []);
      return first ? [[callId, toCall(first.calls, peers)] as const] : [];
    }),
  );
}

/**
 * The peers that are connected under a node's name, by the database.
 *
 * @throws {DatabaseUnavailable}
 */
export async function loadPeersOf(connection: Connection, { nodeId, nodeEpoch }: OwnerNode): Promise<PeerOfCall[]> {
  const rows = await query(
    connection.db
      .select({ callId: callPeers.callId, peerId: callPeers.peerId, epoch: callPeers.epoch })
      .from(callPeers)
      .where(
        and(
          eq(callPeers.status, "connected"),
          eq(callPeers.nodeId, nodeId),
          eq(callPeers.nodeEpoch, nodeEpoch),
          onPrimary,
        ),
      ),
  );
  return rows as PeerOfCall[];
}

/** A peer under one of its claims. */
export interface PeerOfCall {
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
}

/**
 * Whether no later socket has claimed the peer.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isLatestClaim(connection: Connection, { callId, peerId, epoch }: PeerOfCall): Promise<boolean> {
  const thisClaim = and(
    eq(callPeers.callId, callId),
    eq(callPeers.peerId, peerId),
    eq(callPeers.epoch, epoch),
    onPrimary,
  );
  return (await query(connection.db.$count(callPeers, thisClaim))) === 1;
}

/** The database's time now, in whole milliseconds; not that of the transaction's beginning. */
export async function currentTime(tx: Transaction): Promise<Date> {
  const [clock] = await tx.select({ at: clockTime }).from(sql`(values (1)) as one`);
  if (!clock) throw new Error("The database did not tell its time.");
  return clock.at;
}

const clockTime = sql`date_trunc('milliseconds', clock_timestamp())`.mapWith(calls.createdAt);

function toCall(row: typeof calls.$inferSelect, peers: readonly (typeof callPeers.$inferSelect)[]): Call {
  const common = {
    callId: row.id as CallId,
    projectId: row.projectId as ProjectId,
    accessControl: row.accessControl,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
    wasFull: row.wasFull,
    peers: peers.map(toPeer),
  };
  if (row.tombstonedAt === null) return { ...common, state: "open", idleSince: row.idleSince };
  return { ...common, state: "tombstoned", at: row.tombstonedAt, reason: row.tombstoneReason ?? "terminated" };
}

const toPeer = (row: typeof callPeers.$inferSelect): Peer => ({
  peerId: row.peerId as PeerId,
  status: row.status,
  epoch: row.epoch as Epoch,
  ownerNode: { nodeId: row.nodeId as NodeId, nodeEpoch: row.nodeEpoch },
  joinedAt: row.joinedAt,
  updatedAt: row.updatedAt,
  expiresAt: row.expiresAt,
  unconfirmedSince: row.unconfirmedSince,
});
