import { endSomeCalls } from "@radist-tech/calls";
import { type Connection, isUnavailable, projects, transact } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type ProjectId, Refusal } from "@radist-tech/protocol";
import { endSomeRooms } from "@radist-tech/rooms";
import type { Logger } from "@radist-tech/runtime";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";

/** How long a deletion goes on ending calls and rooms before it leaves the rest to chores, milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Deletes a project and ends its calls and rooms, so that a node that misses the announcement still finds them ended.
 * Of very many, chores end the rest.
 *
 * @throws {Refusal} `project_not_found`
 */
export async function deleteProject(
  { connection, announcements, logger }: { connection: Connection; announcements: Announcements; logger: Logger },
  projectId: ProjectId,
): Promise<void> {
  await transact(connection, async (tx) => {
    const deleted = await tx
      .update(projects)
      .set({ deletedAt: sql`now()` })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning({ id: projects.id });
    if (deleted.length === 0) throw new Refusal("project_not_found");
    await recordProjectFacts(tx, projectId, [{ type: "project.deleted", data: {} }]);
  });
  const giveUpAt = performance.now() + PATIENCE_MS;
  try {
    for (const endSome of [endSomeCalls, endSomeRooms]) {
      while ((await endSome(connection, projectId)) && performance.now() < giveUpAt);
    }
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    logger.warn({ err: error, projectId }, "calls and rooms of a deleted project will be ended later");
  }
  announcements.tellCalls({ type: "project_deleted", projectId });
  announcements.tellRooms({ type: "project_deleted", projectId });
}
