import { type Connection, isUnavailable, sqlState } from "@radist-tech/db";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { type Logger, logUnavailable } from "@radist-tech/runtime";

const PAUSES = { firstMs: 500, longestMs: 5_000 };

/** A migration of the schema in progress. */
export interface Migrating {
  readonly isDone: () => boolean;
  /** Resolves when the schema is up to date, or the attempt was stopped; rejects when a migration itself fails. */
  readonly finished: Promise<void>;
  /** Stops further attempts; one in progress ends with the process, and leaves nothing half done. */
  readonly stop: () => void;
}

/**
 * Brings the schema up to date, and retries while the database is not up: services start in any order.
 */
export function migrateWhenUp(connection: Connection, logger: Logger): Migrating {
  const stopping = new AbortController();
  let done = false;
  const work = async (): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const pauseMs = backoffMs(attempt, PAUSES);
      try {
        await connection.migrate();
        done = true;
        return;
      } catch (error) {
        // Nobody but this creates the tables: waiting for one that is missing would never end.
        if (!isUnavailable(error) || sqlState(error) === "42P01") throw error;
        logUnavailable(logger, error, "the schema could not be brought up to date", { retryInMs: pauseMs });
      }
      await pause(pauseMs, stopping.signal);
    }
  };
  const finished = work();
  return {
    isDone: () => done,
    finished,
    stop: () => stopping.abort(),
  };
}
