import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type * as schema from "./schema.ts";

/** Queries by drizzle, alike for Postgres and for the embedded default. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;
