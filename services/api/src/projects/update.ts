import { type Connection, projects, transact } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type Project, type ProjectId, Refusal, type UpdateProject } from "@radist-tech/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import { projectOf } from "./read.ts";

/**
 * Changes what the update names and leaves the rest.
 *
 * @throws {Refusal} `project_not_found`
 */
export function updateProject(connection: Connection, projectId: ProjectId, update: UpdateProject): Promise<Project> {
  return transact(connection, async (tx) => {
    const [before] = await tx
      .select()
      .from(projects)
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .for("no key update");
    if (!before) throw new Refusal("project_not_found");
    const after = {
      name: update.name ?? before.name,
      // Null clears a list or a limit; what is missing stays.
      allowedOrigins: update.allowedOrigins === undefined ? before.allowedOrigins : (update.allowedOrigins ?? []),
      connectionLimit: update.connectionLimit === undefined ? before.connectionLimit : update.connectionLimit,
      defaultAccessControl: update.defaultAccessControl ?? before.defaultAccessControl,
      stripeCustomerId: update.stripeCustomerId === undefined ? before.stripeCustomerId : update.stripeCustomerId,
    };
    const names = Object.keys(after) as (keyof typeof after)[];
    const changed = names.filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
    if (changed.length > 0) {
      const billedFrom = after.stripeCustomerId === null ? null : sql`coalesce(${projects.billedFrom}, now())`;
      await Promise.all([
        tx
          .update(projects)
          .set({ ...after, billedFrom })
          .where(eq(projects.id, projectId)),
        recordProjectFacts(tx, projectId, [{ type: "project.updated", data: { changed } }]),
      ]);
    }
    return projectOf({ ...before, ...after });
  });
}
