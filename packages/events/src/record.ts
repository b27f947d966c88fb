import { type BoundStatement, bind, events, insertion, projects, sendAll, type Transaction } from "@radist-tech/db";
import type { EventSubjectKind, EventType, Fact, ProjectId } from "@radist-tech/protocol";
import { eq, type SQL, sql } from "drizzle-orm";

/** Facts of one subject, in the order in which they became true. */
export interface SubjectFacts<Type extends EventType = EventType> {
  readonly projectId: ProjectId;
  readonly kind: EventSubjectKind;
  readonly subjectId: string;
  /** The number of the subject's last event before these, read under the lock on its row. */
  readonly after: number;
  /** When they became true; missing: now, by the database's clock. */
  readonly at?: Date;
  readonly facts: readonly Fact<Type>[];
}

const INSERT = insertion(
  events,
  ["projectId", "type", "subjectKind", "subjectId", "seq", "occurredAt", "data"],
  // Not now(): the transaction may have waited for its lock since then.
  { values: { occurredAt: sql`coalesce(r."occurredAt", date_trunc('milliseconds', clock_timestamp()))` } },
);

/**
 * Statements that write facts to the outbox, in the transaction that makes them true. The caller holds the locks on the
 * subjects' rows and counts their `event_seq` on by the number of facts.
 */
export function recording(subjects: readonly SubjectFacts[]): BoundStatement[] {
  const rows = subjects.flatMap(({ projectId, kind, subjectId, after, at, facts }) =>
    facts.map(({ type, data }, index) => ({
      projectId,
      type,
      subjectKind: kind,
      subjectId,
      seq: after + index + 1,
      occurredAt: at,
      data,
    })),
  );
  return rows.length === 0 ? [] : [bind(INSERT, rows)];
}

/** Writes them now. */
export async function recordFacts(tx: Transaction, subjects: readonly SubjectFacts[]): Promise<void> {
  await sendAll(tx, recording(subjects));
}

/**
 * The end of a statement that writes one fact for each row of a query, for facts that come of the statement itself which
 * makes them true.
 *
 * @param rows a query for project_id, type, subject_kind, subject_id, seq, occurred_at and data, in this order; the data is
 *   as the protocol's `EVENT_DATA` says, and the caller's tests hold it to that
 */
export const insertFacts = (rows: SQL): SQL =>
  sql`insert into ${events} (project_id, type, subject_kind, subject_id, seq, occurred_at, data) ${rows}`;

/** Writes facts about a project, or about its keys, and counts them on the project's own row. */
export async function recordProjectFacts(
  tx: Transaction,
  projectId: ProjectId,
  facts: readonly Fact<Extract<EventType, `project.${string}` | `key.${string}`>>[],
): Promise<void> {
  const [project] = await tx
    .update(projects)
    .set({ eventSeq: sql`${projects.eventSeq} + ${facts.length}` })
    .where(eq(projects.id, projectId))
    .returning({ last: projects.eventSeq });
  if (!project) throw new Error("A fact about a project that does not exist.");
  await recordFacts(tx, [
    { projectId, kind: "project", subjectId: projectId, after: project.last - facts.length, facts },
  ]);
}
