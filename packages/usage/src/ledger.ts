import { randomUUID } from "node:crypto";
import { type Transaction, usageSessions } from "@radist-tech/db";
import type { NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";

// A session: (seated) → open → closed, by its peer's leaving, or at its last checkpoint when its node was lost.
// It never counts more than was seen: what is written is a time of the database before the moment it speaks of.

export interface LedgerEntry {
  readonly projectId: ProjectId;
  readonly kind: "p2p" | "room";
  /** The call or the room. */
  readonly subjectId: string;
  readonly peerId: PeerId;
  readonly identity: string | null;
}

export interface LedgerNode {
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
}

/**
 * Opens the session of a peer, in the transaction that seats it, after that holds the lock on its call or room.
 *
 * @returns the session's id
 */
export async function openSession(tx: Transaction, entry: LedgerEntry, node: LedgerNode): Promise<string> {
  // Not now(): this transaction may have begun, and waited for its lock, before the one that closed the last session.
  const at = milliseconds(sql`statement_timestamp()`);
  const id = randomUUID();
  await tx.insert(usageSessions).values({ id, ...entry, ...node, openedAt: at, checkpointedAt: at });
  return id;
}

/**
 * Closes the open session of a peer, if there is one.
 *
 * @param agoMs since the peer was last seen, measured within `tx`; infinite when nobody knows: at its last checkpoint
 */
export async function closeSession(
  tx: Transaction,
  peer: { readonly subjectId: string; readonly peerId: PeerId },
  reason: string,
  agoMs = 0,
): Promise<void> {
  const { subjectId, peerId } = peer;
  await tx
    .update(usageSessions)
    .set({ closedAt: lastSeen(agoMs), closeReason: reason })
    .where(
      and(eq(usageSessions.subjectId, subjectId), eq(usageSessions.peerId, peerId), isNull(usageSessions.closedAt)),
    );
}

/**
 * Closes a session, if it is still open: for a node whose peer's call or room has ended, while another claim may have
 * begun a session of its own.
 *
 * @param seen.agoMs as for {@link closeSession}
 * @param seen.notAfter when the call or room ended
 */
export async function closeSessionById(
  tx: Transaction,
  sessionId: string,
  reason: string,
  { agoMs, notAfter }: { readonly agoMs: number; readonly notAfter: Date },
): Promise<void> {
  await tx
    .update(usageSessions)
    .set({ closedAt: sql`least(${lastSeen(agoMs)}, ${notAfter.toISOString()}::timestamptz)`, closeReason: reason })
    .where(and(eq(usageSessions.id, sessionId), isNull(usageSessions.closedAt)));
}

/**
 * Closes the open sessions of calls or rooms, or of some of their peers, at their last checkpoints: for whoever does
 * not hold these peers, and so cannot know until when they were there.
 */
export async function closeLostSessions(
  tx: Transaction,
  of: { readonly subjectId: string | readonly string[]; readonly peerIds?: readonly PeerId[] },
  reason = "node_lost",
): Promise<void> {
  const { peerIds } = of;
  const subjectIds = typeof of.subjectId === "string" ? [of.subjectId] : of.subjectId;
  await tx
    .update(usageSessions)
    .set({ closedAt: sql`${usageSessions.checkpointedAt}`, closeReason: reason })
    .where(
      and(
        inArray(usageSessions.subjectId, [...subjectIds]),
        peerIds && inArray(usageSessions.peerId, [...peerIds]),
        isNull(usageSessions.closedAt),
      ),
    );
}

/** When a peer was last seen: at its last checkpoint, or later if its node knows. */
const lastSeen = (agoMs: number): SQL =>
  Number.isFinite(agoMs)
    ? sql`greatest(${usageSessions.checkpointedAt}, ${msAgo(agoMs)})`
    : sql`${usageSessions.checkpointedAt}`;

/** So long before the transaction began. Rounded down: the column would round up as well. */
export const msAgo = (agoMs: number): SQL => milliseconds(sql`now() - ${agoMs}::float8 * interval '1 millisecond'`);

const milliseconds = (at: SQL): SQL => sql`date_trunc('milliseconds', ${at})`;
