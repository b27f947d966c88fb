import { type Connection, query, usageSessions } from "@radist-tech/db";
import type { Lease, Logger } from "@radist-tech/runtime";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { closeAndRecord } from "./close-and-record.ts";

export interface SessionComparisonOptions {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly logger: Logger;
  /** Whether this node has the peer, or is about to store that it comes or goes. */
  readonly has: (session: { readonly subjectId: string; readonly peerId: string }) => boolean;
}

/**
 * Compares the open sessions under a node's name with the peers that it has: a session without a peer, as an unanswered
 * COMMIT leaves it, is closed at its last checkpoint once two comparisons in a row have found it.
 */
export class SessionComparison {
  readonly #options: SessionComparisonOptions;
  #suspects = new Set<string>();

  constructor(options: SessionComparisonOptions) {
    this.#options = options;
  }

  /** @throws {DatabaseUnavailable} */
  async compare(): Promise<void> {
    const { connection, lease, logger, has } = this.#options;
    const { id, subjectId, peerId, nodeId, nodeEpoch, checkpointedAt, closedAt } = usageSessions;
    const rows = await query(
      connection.db
        .select({ id, subjectId, peerId })
        .from(usageSessions)
        .where(and(isNull(closedAt), eq(nodeId, lease.nodeId), eq(nodeEpoch, lease.epoch))),
    );
    const without = rows.filter((row) => !has(row));
    const lost = without.filter((row) => this.#suspects.has(row.id)).map((row) => row.id);
    this.#suspects = new Set(without.map((row) => row.id));
    if (lost.length === 0) return;
    logger.warn({ sessions: lost.length }, "closing usage sessions whose peers are not here");
    const isLost = inArray(id, lost);
    await query(
      closeAndRecord(
        connection.db,
        sql`set closed_at = ${checkpointedAt}, close_reason = 'disconnected' where ${isLost}`,
      ),
    );
  }
}
