import { outageAdvice } from "@radist-tech/db";
import type { Logger } from "./logger.ts";

/** The logs that tell of an outage in progress. */
const told = new WeakSet<Logger>();

/**
 * Logs that something failed because the database is unavailable. The first one in an outage is an error, with what is
 * wrong and what to do; the others, of which there may be thousands, are for those who debug.
 */
export function logUnavailable(logger: Logger, error: unknown, what: string, fields: object = {}): void {
  if (told.has(logger)) return logger.debug({ ...fields, err: error }, what);
  told.add(logger);
  logger.error({ ...fields, err: error, what }, `The database is unavailable. ${outageAdvice(error)}`);
}

/** The database works: what fails next is another outage. */
export function logAvailable(logger: Logger): void {
  if (told.delete(logger)) logger.info("The database is available again.");
}
