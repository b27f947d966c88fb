/** The database cannot be reached, or did not answer in time. The same request may succeed later. */
export class DatabaseUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DatabaseUnavailable";
  }
}

/** What postgres.js and Node report when there is no server, or when it stops during a query. */
const CONNECTION_CODES = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "NOT_COMMITTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);

/**
 * SQLSTATE codes that mean the same (PostgreSQL, appendix A), besides those of class 08. What somebody must mend first
 * is among them: a password that was changed, a database or its schema that is yet to be created.
 */
const UNAVAILABLE_STATES = new Set([
  "25006",
  "25P03",
  "28000",
  "28P01",
  "3D000",
  "42P01",
  "53300",
  "57014",
  "57P01",
  "57P02",
  "57P03",
]);

const isUnavailableState = (code: string): boolean => /^08...$/.test(code) || UNAVAILABLE_STATES.has(code);

/** Whether an error of a query means that the database is unavailable, not that the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  const code = sqlState(error);
  return code !== undefined && (CONNECTION_CODES.has(code) || isUnavailableState(code));
}

/** The transaction conflicted with another one and can be retried: serialization failure or deadlock. */
export const isConflict = (error: unknown): boolean => ["40001", "40P01"].includes(sqlState(error) ?? "");

/** A unique constraint refused the row. */
export const isDuplicate = (error: unknown): boolean => sqlState(error) === "23505";

/** The code of an error or of what caused it: drizzle wraps the driver's errors. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}
