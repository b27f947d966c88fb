import { calls, projects, type Transaction } from "@radist-tech/db";
import { type AccessControl, type CreatedCall, newCallId, Refusal } from "@radist-tech/protocol";
import { and, count, eq, isNull } from "drizzle-orm";
import type { CallerProject } from "../auth/caller.ts";
import { issueTokens } from "./tokens.ts";

/** @throws {Refusal} `connection_limit` when the project has as many open calls as it may have */
export async function createCall(
  tx: Transaction,
  options: { project: CallerProject; accessControl: AccessControl | undefined; ttlSeconds: number },
): Promise<CreatedCall> {
  const { project, ttlSeconds } = options;
  if (project.connectionLimit !== null) await assertBelowLimit(tx, project);
  const callId = newCallId();
  const accessControl = options.accessControl ?? project.defaultAccessControl;
  await tx.insert(calls).values({ id: callId, projectId: project.id, accessControl });
  const [first, second] = await issueTokens(tx, { callId, count: 2, ttlSeconds });
  if (!first || !second) throw new Error("Two tokens were asked for.");
  return { callId, callTokens: [first, second], accessControl };
}

/** The lock lets creations of one project pass one after the other, so that each counts all the earlier ones. */
async function assertBelowLimit(tx: Transaction, project: CallerProject): Promise<void> {
  const [locked] = await tx
    .select({ limit: projects.connectionLimit })
    .from(projects)
    .where(eq(projects.id, project.id))
    .for("no key update");
  const limit = locked?.limit ?? null;
  if (limit === null) return;
  const [open] = await tx
    .select({ count: count() })
    .from(calls)
    .where(and(eq(calls.projectId, project.id), isNull(calls.tombstonedAt)));
  if ((open?.count ?? 0) >= limit) throw new Refusal("connection_limit");
}
