import { calls, projects, rooms, type Transaction } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";
import type { CallerProject } from "../auth/caller.ts";

/**
 * Makes sure that a project may have one more call or room. The lock serializes creations of one project, so that each
 * counts all earlier ones.
 *
 * @throws {Refusal} `connection_limit` when the project has as many open calls and rooms as it may have
 */
export async function assertBelowLimit(tx: Transaction, project: CallerProject): Promise<void> {
  if (project.connectionLimit === null) return;
  const [locked] = await tx
    .select({ limit: projects.connectionLimit })
    .from(projects)
    .where(eq(projects.id, project.id))
    .for("no key update");
  const limit = locked?.limit ?? null;
  if (limit === null) return;
  const [openCalls, openRooms] = await Promise.all(
    [calls, rooms].map((table) => tx.$count(table, and(eq(table.projectId, project.id), isNull(table.tombstonedAt)))),
  );
  if ((openCalls ?? 0) + (openRooms ?? 0) >= limit) throw new Refusal("connection_limit");
}
