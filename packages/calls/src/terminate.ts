import { callPeers, calls, heldSignals, type Transaction } from "@radist-tech/db";
import { closeLostSessions } from "@radist-tech/usage";
import { and, inArray, isNull, type SQL, sql } from "drizzle-orm";

/**
 * Ends the open ones among some calls: nobody holds a seat any more, and nothing is held for anybody. Usage counts up to
 * the last checkpoint; the nodes that hold the peers add what they have seen since.
 *
 * @returns their ids
 */
export async function terminateCalls(tx: Transaction, which: SQL | undefined): Promise<string[]> {
  const ended = await tx
    .update(calls)
    .set({
      tombstonedAt: sql`now()`,
      tombstoneReason: "terminated",
      updatedAt: sql`now()`,
      version: sql`${calls.version} + 1`,
    })
    .where(and(which, isNull(calls.tombstonedAt)))
    .returning({ id: calls.id });
  const ids = ended.map(({ id }) => id);
  const seated = inArray(callPeers.status, ["connected", "disconnected"]);
  await tx
    .update(callPeers)
    .set({ status: "expired", updatedAt: sql`now()`, expiresAt: null })
    .where(and(inArray(callPeers.callId, ids), seated));
  await tx.delete(heldSignals).where(inArray(heldSignals.callId, ids));
  await closeLostSessions(tx, { subjectId: ids }, "terminated");
  return ids;
}
