import { randomUUID } from "node:crypto";
import { type BoundStatement, bind, insertion, sendAll, type Transaction, usageSessions } from "@radist-tech/db";
import type { NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { closingLost } from "./closing.ts";
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

const OPEN = insertion(
  usageSessions,
  ["id", "projectId", "kind", "subjectId", "peerId", "identity", "nodeId", "nodeEpoch", "openedAt", "checkpointedAt"],
  {
    values: {
      // Not now(): this transaction may have begun, and waited for its lock, before the one that closed the last session.
      openedAt: milliseconds(sql`statement_timestamp()`),
      checkpointedAt: milliseconds(sql`statement_timestamp()`),
    },
  },
);

/** A session that is yet to be opened. */
export interface FreshSession extends LedgerEntry, LedgerNode {
  readonly id: string;
}

export const freshSession = (entry: LedgerEntry, node: LedgerNode): FreshSession => ({
  id: randomUUID(),
  ...entry,
  nodeId: node.nodeId,
  nodeEpoch: node.nodeEpoch,
});

/** Statements that open the sessions of several peers, which no two of them share; as for {@link openSession}. */
export const opening = (sessions: readonly FreshSession[]): BoundStatement[] =>
  sessions.length === 0 ? [] : [bind(OPEN, sessions)];

/** Opens them now. @returns the sessions' ids, in the order of the entries */
export async function openSessions(
  tx: Transaction,
  entries: readonly LedgerEntry[],
  node: LedgerNode,
): Promise<string[]> {
  const sessions = entries.map((entry) => freshSession(entry, node));
  await sendAll(tx, opening(sessions));
  return sessions.map(({ id }) => id);
}

/** Statements that open a session of a peer after an earlier one, which ends at its last checkpoint if it is open. */
export const reopening = (entry: LedgerEntry, node: LedgerNode): BoundStatement[] => [
  ...closingLost({ subjectId: entry.subjectId, peerIds: [entry.peerId] }),
  ...opening([freshSession(entry, node)]),
];
