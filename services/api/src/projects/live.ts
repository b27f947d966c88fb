import { projects, type Transaction } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";

/**
 * Keeps a project from being deleted until the transaction is over.
 *
 * @throws {Refusal} `project_not_found` when it is unknown or deleted
 */
export async function holdLiveProject(tx: Transaction, projectId: string): Promise<void> {
  const live = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .for("share");
  if (live.length === 0) throw new Refusal("project_not_found");
}
