import { type Connection, rooms, type Transaction, transact } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import type { ProjectId, RoomId } from "@radist-tech/protocol";
import { and, asc, inArray, isNull, sql } from "drizzle-orm";
import type { HomeClaim } from "./homes.ts";
import type { TrackFact } from "./seats/record.ts";

/** What was published or taken back in a room, in order. */
export interface TrackFacts extends HomeClaim {
  readonly facts: readonly {
    readonly fact: TrackFact;
    /** When it became true, monotonic milliseconds of this process. */
    readonly at: number;
  }[];
}

/**
 * Writes what became true of tracks. Tracks are in no table; whatever a home has not written when it loses its claim, or
 * when the room ends, is not written any more: whoever took over has closed all that was open.
 *
 * @throws {DatabaseUnavailable}
 */
export function recordTrackFacts(connection: Connection, batch: readonly TrackFacts[]): Promise<void> {
  return transact(connection, async (tx) => {
    const locked = await lockRooms(tx, batch);
    await Promise.all([countOn(tx, locked), recordFacts(tx, locked.flatMap(subjectFacts))]);
  });
}

interface Locked extends TrackFacts {
  readonly projectId: ProjectId;
  readonly after: number;
  readonly now: Date;
}

async function lockRooms(tx: Transaction, batch: readonly TrackFacts[]): Promise<Locked[]> {
  const rows = await tx
    .select({
      id: rooms.id,
      projectId: rooms.projectId,
      homeEpoch: rooms.homeEpoch,
      after: rooms.eventSeq,
      nowMs: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::float8`,
    })
    .from(rooms)
    .where(
      and(
        inArray(
          rooms.id,
          batch.map(({ roomId }) => roomId),
        ),
        isNull(rooms.tombstonedAt),
      ),
    )
    .orderBy(asc(rooms.id))
    .for("no key update");
  const known = new Map(rows.map((row) => [row.id, row]));
  return batch.flatMap((each) => {
    const row = known.get(each.roomId);
    if (row?.homeEpoch !== each.epoch || each.facts.length === 0) return [];
    const { projectId, after, nowMs } = row;
    return { ...each, projectId: projectId as ProjectId, after, now: new Date(nowMs) };
  });
}

async function countOn(tx: Transaction, locked: readonly Locked[]): Promise<void> {
  if (locked.length === 0) return;
  const counts = locked.map(({ roomId, facts }) => ({ id: roomId, count: facts.length }));
  await tx.execute(sql`
    update ${rooms} set event_seq = rooms.event_seq + more.count
    from jsonb_to_recordset(${JSON.stringify(counts)}::text::jsonb) as more(id uuid, count integer)
    where rooms.id = more.id`);
}

/** Each with its own time: while the database was away some may have waited. */
function subjectFacts({ projectId, roomId, after, now, facts }: Locked) {
  const readAt = performance.now();
  return facts.map(({ fact, at }, index) => ({
    projectId,
    kind: "room" as const,
    subjectId: roomId as RoomId,
    after: after + index,
    at: new Date(now.getTime() - (readAt - at)),
    facts: [fact],
  }));
}
