import { endCall } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import type { CallId, ProjectId } from "@radist-tech/protocol";
import type { Announcements } from "../announcements.ts";

/**
 * Terminates a call: in the database first, which is what counts, then by telling the nodes that hold its sockets.
 * Ending an ended call changes nothing.
 *
 * @throws {Refusal} `call_not_found`
 */
export async function endAndAnnounceCall(
  connection: Connection,
  announcements: Announcements,
  { projectId, callId }: { readonly projectId: ProjectId; readonly callId: CallId },
): Promise<void> {
  const isNew = await endCall(connection, projectId, callId);
  if (isNew) announcements.tellCalls({ type: "call_ended", callId, reason: "terminated" });
}
