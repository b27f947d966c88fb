import { type Connection, calls, projects, transact } from "@radist-tech/db";
import { type ProjectId, Refusal } from "@radist-tech/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";
import { terminate } from "../calls/end.ts";

/**
 * Deletes a project and ends its calls, so that a node that misses the announcement still finds them ended.
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
    await terminate(tx, eq(calls.projectId, projectId));
  });
  announcements.publish({ type: "project_deleted", projectId });
}
