import { type Connection, projects, query } from "@radist-tech/db";
import type { Project, ProjectId, PublicKey } from "@radist-tech/protocol";
import { asc, isNull } from "drizzle-orm";

/** Live projects, oldest first. */
export async function listProjects(connection: Connection): Promise<Project[]> {
  const rows = await query(
    connection.db
      .select()
      .from(projects)
      .where(isNull(projects.deletedAt))
      .orderBy(asc(projects.createdAt), asc(projects.id)),
  );
  return rows.map(projectOf);
}

export const projectOf = (row: typeof projects.$inferSelect): Project => ({
  projectId: row.id as ProjectId,
  name: row.name,
  publicKey: row.publicKey as PublicKey,
  allowedOrigins: row.allowedOrigins,
  connectionLimit: row.connectionLimit,
  defaultAccessControl: row.defaultAccessControl,
  stripeCustomerId: row.stripeCustomerId,
  createdAt: row.createdAt.toISOString(),
});
