import { deleteExpiredTokens } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import { eventRetention, sequencer } from "@radist-tech/events";
import { deleteExpiredRoomTokens } from "@radist-tech/rooms";
import type { Chore } from "@radist-tech/runtime";
import { deleteGoneNodes } from "./gone-nodes.ts";
import { deleteOldAnswers } from "./idempotency/old-answers.ts";

const CLEANING_MS = 10 * 60_000;

/** The periodic work that the api does for the cluster. */
export function apiChores(connection: Connection, settings: { readonly EVENT_RETENTION_DAYS: number }): Chore[] {
  const cleaning = (name: string, clean: (connection: Connection, signal: AbortSignal) => Promise<number>): Chore => ({
    name,
    everyMs: CLEANING_MS,
    run: async (signal) => {
      await clean(connection, signal);
    },
  });
  return [
    sequencer(connection),
    eventRetention(connection, settings.EVENT_RETENTION_DAYS),
    cleaning("old-idempotent-answers", deleteOldAnswers),
    cleaning("expired-call-tokens", deleteExpiredTokens),
    cleaning("expired-room-tokens", deleteExpiredRoomTokens),
    cleaning("gone-nodes", deleteGoneNodes),
  ];
}
