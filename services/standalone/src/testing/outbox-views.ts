import { type CallFact, loadCalls } from "@radist-tech/calls";
import { FactReplay } from "@radist-tech/calls/testing";
import { type Connection, calls, events, rooms, usageSessions } from "@radist-tech/db";
import type { CallId } from "@radist-tech/protocol";
import { viewsOf } from "@radist-tech/rooms/testing";
import { asc, eq, isNull } from "drizzle-orm";

/** A call or room, as its events tell it and as the tables show it. */
export interface SubjectViews {
  readonly subject: string;
  readonly events: number;
  readonly outbox: unknown;
  readonly tables: unknown;
}

/** All calls and rooms, at one moment. Rejects gaps in the numbers of events, and events that cannot follow. */
export async function views(connection: Connection): Promise<SubjectViews[]> {
  return connection.db.transaction(
    async (tx) => {
      const at: Connection = { ...connection, db: tx };
      const found: SubjectViews[] = [];
      const callIds = (await tx.select({ id: calls.id }).from(calls)).map(({ id }) => id as CallId);
      const tables = await loadCalls(at, callIds);
      for (const [callId, call] of tables) {
        const facts = await tx
          .select({ seq: events.seq, type: events.type, data: events.data })
          .from(events)
          .where(eq(events.subjectId, callId))
          .orderBy(asc(events.id));
        const numbers = facts.map(({ seq }) => seq);
        if (numbers.some((seq, index) => seq !== index + 1)) throw new Error(`Call ${callId}: ${numbers.join()}.`);
        const replay = new FactReplay();
        replay.apply(facts.map(({ type, data }) => ({ type, data }) as CallFact));
        found.push({
          subject: `call ${callId}`,
          events: facts.length,
          outbox: replay.picture,
          tables: FactReplay.pictureOf(call),
        });
      }
      for (const { id, eventSeq } of await tx.select({ id: rooms.id, eventSeq: rooms.eventSeq }).from(rooms)) {
        found.push({ subject: `room ${id}`, events: eventSeq, ...(await viewsOf(at, id)) });
      }
      return found;
    },
    { isolationLevel: "repeatable read" },
  );
}

export const openSessions = ({ db }: Connection): Promise<number> =>
  db.$count(usageSessions, isNull(usageSessions.closedAt));
