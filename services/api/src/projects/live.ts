import { projects, type Transaction } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";

/**
 * Keeps a project from being deleted until the transaction is over.
 *
 * @param lock `no key update` for a transaction that writes to the project as well, such as a fact about it
 * @throws {Refusal} `project_not_found` when it is unknown or deleted
 */
export async function holdLiveProject(
  tx: Transaction,
  projectId: string,
  lock: "share" | "no key update" = "share",
): Promise<void> {
  const live = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .for(lock);
  if (live.length === 0) throw new Refusal("project_not_found");
}
