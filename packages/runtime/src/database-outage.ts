import { outageAdvice } from "@radist-tech/db";
import type { Logger } from "./logger.ts";

/** What a log has been told of the database. */
interface Told {
  readonly isOut: boolean;
  /** When the last failure was logged that was no outage, by the monotonic clock. */
  readonly warnedAt: number;
}

/** Nothing of logs whose process has not yet found the database available, nor unavailable. */
const told = new WeakMap<Logger, Told>();

/** Between two warnings of failures that are no outages, milliseconds. */
const WARN_EVERY_MS = 60_000;

/**
 * Logs that the database is unavailable. The first time in an outage it is an error, with what is wrong and what to do;
 * the other times, of which there may be thousands, are for those who debug.
 */
export function logOutage(logger: Logger, error: unknown, what: string, fields: object = {}): void {
  const { isOut = false, warnedAt = Number.NEGATIVE_INFINITY } = told.get(logger) ?? {};
  if (isOut) return logger.debug({ ...fields, err: error }, what);
  told.set(logger, { isOut: true, warnedAt });
  logger.error({ ...fields, err: error, what }, `The database is unavailable. ${outageAdvice(error)}`);
}

/**
 * Logs that something failed as it does when the database is unavailable. While the probe finds it available, that is
 * not an outage but something like a slow statement or a busy pool: a warning, at most once a minute.
 */
export function logUnavailable(logger: Logger, error: unknown, what: string, fields: object = {}): void {
  const before = told.get(logger);
  if (!before || before.isOut) return logOutage(logger, error, what, fields);
  const now = performance.now();
  if (now - before.warnedAt < WARN_EVERY_MS) return logger.debug({ ...fields, err: error }, what);
  told.set(logger, { isOut: false, warnedAt: now });
  logger.warn(
    { ...fields, err: error, what },
    `The database did not answer a request, and was available a moment ago. ${outageAdvice(error)}`,
  );
}

/** The database works: what fails next may be another outage. */
export function logAvailable(logger: Logger): void {
  const { isOut = false, warnedAt = Number.NEGATIVE_INFINITY } = told.get(logger) ?? {};
  told.set(logger, { isOut: false, warnedAt });
  if (isOut) logger.info("The database is available again.");
}
