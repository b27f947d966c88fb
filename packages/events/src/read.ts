import type { Connection, events } from "@radist-tech/db";
import { type EventPage, type ListedEvent, Refusal } from "@radist-tech/protocol";
import { cursorAt, positionOf } from "./cursor.ts";
import { type EventFilter, pageAfter } from "./page-query.ts";

/** Which events of a project are asked for. */
export interface EventQuery extends EventFilter {
  /** The cursor to go on after; missing: from the oldest event that is kept. */
  readonly after?: string | undefined;
}

/**
 * A page of a project's events, oldest first, and the cursor after which the next one begins. When there are no more, that
 * is as far as the sequencer has come: a reader that finds nothing for long moves on all the same, and does not expire.
 *
 * @throws {Refusal} `invalid_cursor` or `cursor_expired`
 */
export async function readEvents(
  connection: Pick<Connection, "db">,
  projectId: string,
  asked: EventQuery,
): Promise<EventPage> {
  const after = asked.after === undefined ? undefined : positionOf(asked.after);
  if (asked.after !== undefined && after === undefined) throw new Refusal("invalid_cursor");
  const rows = await pageAfter(connection, projectId, after ?? 0, asked);
  const positions = rows[0]?.event_positions;
  if (!positions) throw new Error("The table of event positions is empty.");
  // One that lies ahead is of another platform, or of this one before it lost data: it would skip events.
  if (after !== undefined && after > positions.last) throw new Refusal("invalid_cursor");
  if (after !== undefined && after < positions.deleted) throw new Refusal("cursor_expired");
  const listed = rows.flatMap(({ page }) => (page ? [listedEvent(page)] : []));
  const isFull = listed.length === asked.limit;
  return { events: listed, cursor: (isFull && listed.at(-1)?.cursor) || cursorAt(positions.last) };
}

/** The writer's types promise the data's shape; it is not checked again here. */
function listedEvent(row: typeof events.$inferSelect): ListedEvent {
  if (row.position === null) throw new Error("An event without a position was read.");
  return {
    eventId: row.eventId,
    type: row.type,
    projectId: row.projectId,
    subject: { kind: row.subjectKind, id: row.subjectId },
    seq: row.seq,
    occurredAt: row.occurredAt.toISOString(),
    data: row.data,
    cursor: cursorAt(row.position),
  } as ListedEvent;
}
