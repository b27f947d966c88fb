import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, isUnavailable } from "@radist-tech/db";
import type { Logger } from "@radist-tech/runtime";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

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
    for (let pauseMs = FIRST_PAUSE_MS; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await connection.migrate();
        done = true;
        return;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        logger.warn({ err: error, retryInMs: pauseMs }, "the database is not up yet");
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  };
  const finished = work();
  return {
    isDone: () => done,
    finished,
    stop: () => stopping.abort(),
  };
}
