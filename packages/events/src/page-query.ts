import { type Connection, eventPositions, events } from "@radist-tech/db";
import type { EventType } from "@radist-tech/protocol";
import { and, asc, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";

export interface EventFilter {
  readonly limit: number;
  readonly types?: readonly EventType[] | undefined;
  readonly subject?: string | undefined;
}

/** One statement, so that counter and events are of one moment: all positions up to the counter's are visible in it. */
export function pageAfter(
  { db }: Pick<Connection, "db">,
  projectId: string,
  after: number,
  { limit, types, subject }: EventFilter,
) {
  // What is being deleted is passed over as a whole.
  const isAfter = gt(events.position, sql`greatest(${after}::bigint, ${eventPositions.deleted})`);
  const first = (...which: (SQL | undefined)[]) =>
    db
      .select()
      .from(events)
      .where(and(eq(events.projectId, projectId), isAfter, ...which))
      .orderBy(asc(events.position))
      .limit(limit);
  const ofSubject = subject === undefined ? undefined : eq(events.subjectId, subject);
  // Of each type as many as fit on the page: an index leads to each, and none of the other types is read.
  const [one, other, ...more] = ofSubject ? [] : (types ?? []).map((type) => first(eq(events.type, type)));
  const page =
    one && other
      ? unionAll(one, other, ...more)
          .orderBy(asc(events.position))
          .limit(limit)
      : (one ?? first(ofSubject, types && inArray(events.type, [...types])));
  const joined = page.as("page");
  return db.select().from(eventPositions).leftJoinLateral(joined, sql`true`).orderBy(asc(joined.position));
}
