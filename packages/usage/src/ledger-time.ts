import { type SQL, sql } from "drizzle-orm";

/** A time of the database in whole milliseconds, rounded down: the column would round up as well. */
export const milliseconds = (at: SQL): SQL => sql`date_trunc('milliseconds', ${at})`;

/** So many milliseconds before the transaction began. */
export const msAgo = (agoMs: number | SQL): SQL =>
  milliseconds(sql`now() - ${agoMs}::float8 * interval '1 millisecond'`);
