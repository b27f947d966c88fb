import { type Connection, calls, query } from "@radist-tech/db";
import { type CallId, Refusal } from "@radist-tech/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";

/** What ends an open call in the database. */
export const TERMINATED = {
  tombstonedAt: sql`now()`,
  tombstoneReason: "terminated",
  updatedAt: sql`now()`,
  version: sql`${calls.version} + 1`,
} as const;

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
  const ended = await query(
    connection.db
      .update(calls)
      .set(TERMINATED)
      .where(and(thisCall, isNull(calls.tombstonedAt)))
      .returning({ id: calls.id }),
  );
  if (ended.length > 0) return announcements.publish({ type: "call_ended", callId, reason: "terminated" });
  const known = await query(connection.db.select({ id: calls.id }).from(calls).where(thisCall));
  if (known.length === 0) throw new Refusal("call_not_found");
}
