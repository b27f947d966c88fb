import { endSomeCalls } from "@radist-tech/calls";
import { type Connection, isUnavailable, projects, rooms, transact } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type ProjectId, Refusal } from "@radist-tech/protocol";
import type { Logger } from "@radist-tech/runtime";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Announcements } from "../announcements.ts";
import { terminateRooms } from "../rooms/end.ts";

/** How long a deletion goes on ending calls before it leaves the rest to a chore, milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Deletes a project and ends its calls and rooms, so that a node that misses the announcement still finds them ended.
 * Of very many calls, a chore ends the rest.
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
    await Promise.all([
      recordProjectFacts(tx, projectId, [{ type: "project.deleted", data: {} }]),
      terminateRooms(tx, eq(rooms.projectId, projectId)),
    ]);
  });
  announcements.tellRooms({ type: "project_deleted", projectId });
  const giveUpAt = performance.now() + PATIENCE_MS;
  try {
    while (performance.now() < giveUpAt && (await endSomeCalls(connection, projectId)));
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    logger.warn({ err: error, projectId }, "calls of a deleted project will be ended later");
  }
  announcements.tellCalls({ type: "project_deleted", projectId });
}
