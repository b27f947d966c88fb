import { deletedProjectsWithCalls, deleteOldTokens, endSomeCalls } from "@radist-tech/calls";
import {
  type Connection,
  callPeers,
  deleteInBatches,
  idempotentAnswers,
  nodes,
  rooms,
  roomTokens,
} from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";
import type { Announcements } from "./announcements.ts";

const CLEANUP_EVERY_MS = 10 * 60_000;
const DELETED_PROJECTS_EVERY_MS = 5_000;

/** The API's periodic work: ends what deleted projects leave behind, and deletes what nothing refers to any more. */
export function apiChores(connection: Connection, announcements: Announcements): Chore[] {
  const cleanUp = (name: string, remove: (connection: Connection, signal: AbortSignal) => Promise<number>): Chore => ({
    name,
    everyMs: CLEANUP_EVERY_MS,
    async run(signal) {
      await remove(connection, signal);
    },
  });
  return [
    {
      name: "end-calls-of-deleted-projects",
      everyMs: DELETED_PROJECTS_EVERY_MS,
      run: (signal) => endCallsOfDeletedProjects(connection, announcements, signal),
    },
    cleanUp("delete-old-call-tokens", deleteOldTokens),
    cleanUp("delete-old-room-tokens", deleteOldRoomTokens),
    cleanUp("delete-old-answers", deleteOldAnswers),
    cleanUp("delete-old-nodes", deleteOldNodes),
  ];
}

/** Ends the calls that a deletion left open, because there were too many of them, or because it was interrupted. */
export async function endCallsOfDeletedProjects(
  connection: Connection,
  announcements: Announcements,
  signal: AbortSignal,
): Promise<void> {
  for (const projectId of await deletedProjectsWithCalls(connection)) {
    while (!signal.aborted && (await endSomeCalls(connection, projectId)));
    announcements.tellCalls({ type: "project_deleted", projectId });
  }
}

/** Deletes tokens that expired a day ago or earlier. */
export const deleteOldRoomTokens = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(connection, roomTokens, sql`${roomTokens.expiresAt} < now() - interval '1 day'`, signal);

/** Deletes answers that an Idempotency-Key no longer leads to. */
export const deleteOldAnswers = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(
    connection,
    idempotentAnswers,
    sql`${idempotentAnswers.createdAt} < now() - interval '24 hours'`,
    signal,
  );

/** Deletes nodes that have been gone for a day, except those whose peers or rooms nobody has taken over yet. */
export const deleteOldNodes = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(
    connection,
    nodes,
    sql`${nodes.leaseUntil} < now() - interval '1 day'
      and not exists (
        select from ${callPeers} where ${callPeers.nodeId} = ${nodes.id} and ${callPeers.status} = 'connected')
      and not exists (select from ${rooms} where ${rooms.homeNodeId} = ${nodes.id})`,
    signal,
  );
