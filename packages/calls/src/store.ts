import { type Connection, callPeers, calls, heldSignals, query, type Transaction } from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { type Call, holdsSeat, type Peer } from "./call.ts";

/** A call under lock until the transaction ends, and the database's time. */
export interface LockedCall {
  readonly call: Call;
  readonly at: Date;
}

/** Locks a call: steps of one call happen one after the other, on whichever nodes. */
export async function lockCall(tx: Transaction, callId: CallId): Promise<LockedCall | undefined> {
  const [row] = await tx.select().from(calls).where(eq(calls.id, callId)).for("update");
  if (!row) return undefined;
  // The time is asked for after the lock was granted: a step is never earlier than the one before it.
  const [peers, [clock]] = await Promise.all([
    loadPeers(tx, callId),
    tx.select({ at: clockTime }).from(sql`(values (1)) as one`),
  ]);
  if (!clock) throw new Error("The database did not tell its time.");
  return { call: toCall(row, peers), at: clock.at };
}

/**
 * So many of those who are gone are kept, to tell why they went. Every step reads and tells all peers of its call, so
 * people who come and go without end must not make it longer and longer.
 */
const REMEMBERED = 16;

/** The tokens of a peer that joins or reconnects, as hashes. */
export interface PeerTokens {
  readonly reconnectHash: Uint8Array;
  readonly freshReconnectHash: Uint8Array | null;
}

/**
 * Writes what a step changed.
 *
 * @param tokens of the peer that the step seated or reconnected
 */
export async function saveCall(
  tx: Transaction,
  before: Call,
  after: Call,
  tokens?: { readonly peerId: PeerId } & PeerTokens,
): Promise<void> {
  const { callId } = after;
  const ended = after.state === "tombstoned";
  const writes: PromiseLike<unknown>[] = [
    tx
      .update(calls)
      .set({
        version: after.version,
        updatedAt: after.updatedAt,
        wasFull: after.wasFull,
        idleSince: ended ? null : after.idleSince,
        tombstonedAt: ended ? after.at : null,
        tombstoneReason: ended ? after.reason : null,
      })
      .where(eq(calls.id, callId)),
  ];
  for (const peer of after.peers) {
    const earlier = before.peers.find(({ peerId }) => peerId === peer.peerId);
    if (earlier === peer) continue;
    const changed = {
      status: peer.status,
      epoch: peer.epoch,
      nodeId: peer.ownerNode.nodeId,
      nodeEpoch: peer.ownerNode.nodeEpoch,
      updatedAt: peer.updatedAt,
      expiresAt: peer.expiresAt,
    };
    const renewed =
      tokens?.peerId === peer.peerId
        ? { reconnectHash: tokens.reconnectHash, freshReconnectHash: tokens.freshReconnectHash }
        : undefined;
    if (earlier) {
      writes.push(
        tx
          .update(callPeers)
          .set({ ...changed, ...renewed })
          .where(and(eq(callPeers.callId, callId), eq(callPeers.peerId, peer.peerId))),
      );
    } else if (renewed) {
      writes.push(
        tx.insert(callPeers).values({ callId, peerId: peer.peerId, joinedAt: peer.joinedAt, ...changed, ...renewed }),
      );
    }
  }
  const gone = after.peers
    .filter((peer) => !holdsSeat(peer))
    .toSorted((one, other) => one.updatedAt.getTime() - other.updatedAt.getTime())
    .map(({ peerId }) => peerId);
  if (gone.length > 0) {
    writes.push(tx.delete(heldSignals).where(and(eq(heldSignals.callId, callId), inArray(heldSignals.peerId, gone))));
  }
  const forgotten = gone.slice(0, -REMEMBERED);
  if (forgotten.length > 0) {
    writes.push(tx.delete(callPeers).where(and(eq(callPeers.callId, callId), inArray(callPeers.peerId, forgotten))));
  }
  // One connection runs them in this order; sending them at once saves the round trips.
  await Promise.all(writes);
}

/**
 * Whether no later socket has claimed the peer.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isLatestClaim(
  connection: Connection,
  { callId, peerId, epoch }: { readonly callId: CallId; readonly peerId: PeerId; readonly epoch: Epoch },
): Promise<boolean> {
  const thisClaim = and(eq(callPeers.callId, callId), eq(callPeers.peerId, peerId), eq(callPeers.epoch, epoch));
  return (await query(connection.db.$count(callPeers, thisClaim))) === 1;
}

const clockTime = sql`date_trunc('milliseconds', clock_timestamp())`.mapWith(calls.createdAt);

const loadPeers = (tx: Transaction, callId: CallId) =>
  tx
    .select()
    .from(callPeers)
    .where(eq(callPeers.callId, callId))
    .orderBy(asc(callPeers.joinedAt), asc(callPeers.peerId));

export function toCall(row: typeof calls.$inferSelect, peers: (typeof callPeers.$inferSelect)[]): Call {
  const facts = {
    callId: row.id as CallId,
    projectId: row.projectId as ProjectId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
    wasFull: row.wasFull,
    peers: peers.map(toPeer),
  };
  if (row.tombstonedAt === null) return { ...facts, state: "open", idleSince: row.idleSince };
  return { ...facts, state: "tombstoned", at: row.tombstonedAt, reason: row.tombstoneReason ?? "terminated" };
}

const toPeer = (row: typeof callPeers.$inferSelect): Peer => ({
  peerId: row.peerId as PeerId,
  status: row.status,
  epoch: row.epoch as Epoch,
  ownerNode: { nodeId: row.nodeId as NodeId, nodeEpoch: row.nodeEpoch },
  joinedAt: row.joinedAt,
  updatedAt: row.updatedAt,
  expiresAt: row.expiresAt,
});
