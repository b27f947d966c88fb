import { type Connection, callPeers, calls, heldSignals, query, type Transaction, transact } from "@radist-tech/db";
import { type CallId, Refusal } from "@radist-tech/protocol";
import { closeLostSessions } from "@radist-tech/usage";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";

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

/**
 * Terminates a call: in the database first, which is what counts, then by telling the nodes that hold its sockets.
 * Ending an ended call changes nothing.
 *
 * @throws {Refusal} `call_not_found`
 */
export async function endCall(
  connection: Connection,
  announcements: Announcements,
  options: { projectId: string; callId: CallId },
): Promise<void> {
  const { projectId, callId } = options;
  const thisCall = and(eq(calls.id, callId), eq(calls.projectId, projectId));
  const ended = await transact(connection, (tx) => terminateCalls(tx, thisCall));
  if (ended.length > 0) return announcements.tellCalls({ type: "call_ended", callId, reason: "terminated" });
  const known = await query(connection.db.select({ id: calls.id }).from(calls).where(thisCall));
  if (known.length === 0) throw new Refusal("call_not_found");
}
