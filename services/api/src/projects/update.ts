import { type Connection, projects, query } from "@radist-tech/db";
import { type Project, Refusal, type UpdateProject } from "@radist-tech/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import { projectOf } from "./read.ts";

/**
 * Changes what the update names and leaves the rest.
 *
 * @throws {Refusal} `project_not_found`
 */
export async function updateProject(
  connection: Connection,
  projectId: string,
  update: UpdateProject,
): Promise<Project> {
  const [row] = await query(
    connection.db
      .update(projects)
      .set({
        // An update without any assignment is no SQL, and an empty body is a fair request.
        id: sql`${projects.id}`,
        ...(update.name !== undefined && { name: update.name }),
        ...(update.allowedOrigins !== undefined && { allowedOrigins: update.allowedOrigins ?? [] }),
        ...(update.connectionLimit !== undefined && { connectionLimit: update.connectionLimit }),
        ...(update.defaultAccessControl !== undefined && { defaultAccessControl: update.defaultAccessControl }),
      })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning(),
  );
  if (!row) throw new Refusal("project_not_found");
  return projectOf(row);
}
