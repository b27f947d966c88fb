import { type Connection, calls, type Transaction, transact, usageSessions } from "@radist-tech/db";
import type { CallId } from "@radist-tech/protocol";
import { closeSession, msAgo, openSession } from "@radist-tech/usage";
import { and, eq, sql } from "drizzle-orm";
import type { Call, Peer } from "./call.ts";

/**
 * Counts a peer from here on, in the transaction that seats it.
 *
 * @param superseded its earlier socket was connected until now; `silentMs` since that was last heard, as far as this
 *   node knows
 * @returns the id of the session
 */
export async function countPeer(
  tx: Transaction,
  { callId, projectId }: Call,
  { peerId, ownerNode }: Peer,
  superseded: { readonly silentMs: number } | undefined,
): Promise<string> {
  if (superseded) await closeSession(tx, { subjectId: callId, peerId }, "superseded", superseded.silentMs);
  return openSession(tx, { projectId, kind: "p2p", subjectId: callId, peerId, identity: null }, ownerNode);
}

/**
 * The API closes the usage of a call that it ends at the last checkpoints, as it does not know who is still there. Adds
 * what this node has seen of its peer since, up to the end.
 */
export async function addSeen(
  connection: Connection,
  peer: { readonly callId: CallId; readonly sessionId: string; readonly silentMs: number },
): Promise<void> {
  await transact(connection, async (tx) => {
    const { silentMs } = peer;
    if (!Number.isFinite(silentMs)) return;
    await tx
      .update(usageSessions)
      .set({ closedAt: sql`greatest(${usageSessions.closedAt}, least(${calls.tombstonedAt}, ${msAgo(silentMs)}))` })
      .from(calls)
      .where(
        and(
          eq(calls.id, peer.callId),
          eq(usageSessions.id, peer.sessionId),
          eq(usageSessions.closeReason, "terminated"),
        ),
      );
  });
}
