import { type Connection, projects, transact } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type Project, type ProjectId, Refusal, type UpdateProject } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";
import { projectOf } from "./read.ts";

type Settings = Pick<
  typeof projects.$inferSelect,
  "name" | "allowedOrigins" | "connectionLimit" | "defaultAccessControl"
>;

/**
 * Changes what the update names and leaves the rest.
 *
 * @throws {Refusal} `project_not_found`
 */
export async function updateProject(
  connection: Connection,
  projectId: ProjectId,
  update: UpdateProject,
): Promise<Project> {
  return transact(connection, async (tx) => {
    const [project] = await tx
      .select()
      .from(projects)
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .for("no key update");
    if (!project) throw new Refusal("project_not_found");
    const changes = changesOf(project, update);
    const changed = Object.keys(changes);
    if (changed.length === 0) return projectOf(project);
    await tx.update(projects).set(changes).where(eq(projects.id, projectId));
    await recordProjectFacts(tx, projectId, [{ type: "project.updated", data: { changed } }]);
    return projectOf({ ...project, ...changes });
  });
}

/** What the update names and the project does not have already. */
function changesOf(project: Settings, { allowedOrigins, ...update }: UpdateProject): Partial<Settings> {
  const wanted = { ...update, ...(allowedOrigins !== undefined && { allowedOrigins: allowedOrigins ?? [] }) };
  const isChange = ([name, value]: [string, unknown]): boolean =>
    value !== undefined && JSON.stringify(value) !== JSON.stringify(project[name as keyof Settings]);
  return Object.fromEntries(Object.entries(wanted).filter(isChange)) as Partial<Settings>;
}
