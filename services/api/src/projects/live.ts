import { projects, type Transaction } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";

/**
 * Keeps a project from being deleted until the transaction is over.
 *
 * @param lock `no key update` when facts about the project will be written: two that share it could not both go on
 * @throws {Refusal} `project_not_found` when it is unknown or deleted
 */
export async function holdLiveProject(
  tx: Transaction,
  projectId: string,
  lock: "share" | "no key update",
): Promise<void> {
  const live = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .for(lock);
  if (live.length === 0) throw new Refusal("project_not_found");
}
