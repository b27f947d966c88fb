import { terminateCalls } from "@radist-tech/calls";
import { type Connection, calls, query, transact } from "@radist-tech/db";
import { type CallId, Refusal } from "@radist-tech/protocol";
import { and, eq } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";

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
