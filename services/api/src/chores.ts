import { deleteExpiredTokens, deleteOldCalls } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import { eventRetention, sequencer } from "@radist-tech/events";
import { deleteExpiredRoomTokens, deleteOldRooms } from "@radist-tech/rooms";
import type { Chore } from "@radist-tech/runtime";
import { sessionRetention, usageRollUp } from "@radist-tech/usage";
import { deleteGoneNodes } from "./gone-nodes.ts";
import { deleteOldAnswers } from "./idempotency/old-answers.ts";

const CLEANING_MS = 10 * 60_000;

interface Retention {
  readonly EVENT_RETENTION_DAYS: number;
  readonly RETENTION_DAYS: number;
}

interface ChoreConnections {
  /** For what takes a moment: events may wait no longer for it. */
  readonly quick: Connection;
  /** For what may take long. */
  readonly bulk: Connection;
}

/** The periodic work that the api does for the cluster. */
export function apiChores(
  { quick, bulk }: ChoreConnections,
  { EVENT_RETENTION_DAYS, RETENTION_DAYS }: Retention,
): Chore[] {
  const cleaning = (
    name: string,
    connection: Connection,
    clean: (connection: Connection, signal: AbortSignal) => Promise<unknown>,
  ): Chore => ({
    name,
    everyMs: CLEANING_MS,
    run: async (signal) => {
      await clean(connection, signal);
    },
  });
  return [
    sequencer(quick),
    eventRetention(quick, EVENT_RETENTION_DAYS),
    usageRollUp(bulk),
    sessionRetention(bulk, RETENTION_DAYS),
    cleaning("old-idempotent-answers", quick, deleteOldAnswers),
    cleaning("expired-call-tokens", quick, deleteExpiredTokens),
    cleaning("expired-room-tokens", quick, deleteExpiredRoomTokens),
    cleaning("old-calls", bulk, (database, signal) => deleteOldCalls(database, RETENTION_DAYS, signal)),
    cleaning("old-rooms", bulk, (database, signal) => deleteOldRooms(database, RETENTION_DAYS, signal)),
    cleaning("gone-nodes", quick, deleteGoneNodes),
  ];
}
