import { randomUUID } from "node:crypto";
import { type Transaction, usageSessions } from "@radist-tech/db";
import type { NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { milliseconds } from "./ledger-time.ts";

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
  const [id] = await openSessions(tx, [entry], node);
  if (id === undefined) throw new Error("No session was opened.");
  return id;
}

/**
 * Opens the sessions of several peers, which no two of the entries share.
 *
 * @returns the sessions' ids, in the order of the entries
 */
export async function openSessions(
  tx: Transaction,
  entries: readonly LedgerEntry[],
  node: LedgerNode,
): Promise<string[]> {
  if (entries.length === 0) return [];
  // Not now(): this transaction may have begun, and waited for its lock, before the one that closed the last session.
  const at = milliseconds(sql`statement_timestamp()`);
  const rows = entries.map((entry) => ({ id: randomUUID(), ...entry, ...node, openedAt: at, checkpointedAt: at }));
  await tx.insert(usageSessions).values(rows);
  return rows.map(({ id }) => id);
}
