import { type Connection, calls, projects, transact } from "@radist-tech/db";
import { type ProjectId, Refusal } from "@radist-tech/protocol";
import { terminateRooms } from "@radist-tech/rooms";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";
import { terminateCalls } from "../calls/end.ts";

/**
 * Deletes a project and ends its calls and rooms, so that a node that misses the announcement still finds them ended.
 *
 * @throws {Refusal} `project_not_found`
 */
export async function deleteProject(
  connection: Connection,
  announcements: Announcements,
  projectId: ProjectId,
): Promise<void> {
  await transact(connection, async (tx) => {
    const deleted = await tx
      .update(projects)
      .set({ deletedAt: sql`now()` })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning({ id: projects.id });
    if (deleted.length === 0) throw new Refusal("project_not_found");
    await terminateCalls(tx, eq(calls.projectId, projectId));
  });
  // In batches of its own: what is left when this process dies is ended by a chore.
  await terminateRooms(connection, projectId);
  announcements.tellCalls({ type: "project_deleted", projectId });
  announcements.tellRooms({ type: "project_deleted", projectId });
}
