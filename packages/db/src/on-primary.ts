import { sql } from "drizzle-orm";
import { nodes } from "./schema.ts";

/**
 * A condition that always holds, and with which a query fails where nothing can be written (SQLSTATE 25006). For queries
 * whose finding nothing refuses or ends something: a connection that is kept to a server which was the primary before a failover
 * still reads, and does not know what was written since. Locks no row.
 */
export const onPrimary = sql`not exists (select from ${nodes} where false for key share)`;
