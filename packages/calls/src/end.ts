import { type Connection, calls, projects, query, type Transaction, transact } from "@radist-tech/db";
import { type CallId, type ProjectId, Refusal } from "@radist-tech/protocol";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { advanceCalls, doneSteps } from "./advance.ts";
import type { CallLimits } from "./call.ts";
import { type LockedCalls, lockCalls } from "./load.ts";

/** Small enough for a batch to take a fraction of a second. */
const BATCH = 500;

/** Terminating a call depends on none of its limits. */
const ANY_LIMITS: CallLimits = { reconnectWindowMs: 0, idleMs: Number.POSITIVE_INFINITY };

/**
 * Terminates a call of a project. Usage of those who are connected is closed by the nodes that have their sockets.
 *
 * @returns whether it was open until now
 * @throws {Refusal} `call_not_found`
 * @throws {DatabaseUnavailable}
 */
export function endCall(connection: Connection, projectId: ProjectId, callId: CallId): Promise<boolean> {
  return transact(connection, async (tx) => {
    const locked = await lockCalls(tx, [callId]);
    if (locked.byId.get(callId)?.call.projectId !== projectId) throw new Refusal("call_not_found");
    return (await terminate(tx, locked)) > 0;
  });
}

/**
 * Terminates a batch of a project's open calls: it may have more than one transaction can handle.
 *
 * @returns whether there may be more of them
 * @throws {DatabaseUnavailable}
 */
export function endSomeCalls(connection: Connection, projectId: ProjectId, atMost = BATCH): Promise<boolean> {
  return transact(connection, async (tx) => {
    const open = await tx
      .select({ callId: calls.id })
      .from(calls)
      .where(and(eq(calls.projectId, projectId), isNull(calls.tombstonedAt)))
      .limit(atMost);
    const callIds = open.map(({ callId }) => callId as CallId);
    if (callIds.length > 0) await terminate(tx, await lockCalls(tx, callIds));
    return callIds.length === atMost;
  });
}

/**
 * Projects that were deleted and still have open calls: calls are ended in batches after the deletion, and one that was
 * being created at that moment may come later still. Reads open calls alone, by skipping from project to project.
 *
 * @throws {DatabaseUnavailable}
 */
export async function deletedProjectsWithCalls(connection: Connection): Promise<ProjectId[]> {
  const first = sql`select ${calls.projectId} as id from ${calls} where ${calls.tombstonedAt} is null`;
  const withCalls = sql`(
    with recursive open(id) as (
      (${first} order by 1 limit 1)
      union all
      select (${first} and ${calls.projectId} > open.id order by 1 limit 1) from open where open.id is not null
    ) select id from open where id is not null
  ) as open`;
  const rows = await query(
    connection.db
      .select({ projectId: projects.id })
      .from(projects)
      .innerJoin(withCalls, sql`open.id = ${projects.id}`)
      .where(isNotNull(projects.deletedAt)),
  );
  return rows.map(({ projectId }) => projectId as ProjectId);
}

/** @returns how many have ended now */
async function terminate(tx: Transaction, locked: LockedCalls): Promise<number> {
  const inputs = [...locked.byId.keys()].map((callId) => ({ callId, event: { type: "terminate" } as const }));
  return doneSteps(await advanceCalls(tx, locked, inputs, ANY_LIMITS)).length;
}
