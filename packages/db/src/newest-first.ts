import { and, asc, eq, gt, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Connection } from "./connect.ts";
import type { calls, rooms } from "./schema.ts";
import { readTotal, type Totals } from "./totals.ts";

/** The part of a list that is asked for: a page by its number, or what follows a row that was listed before. */
export interface ListQuery {
  readonly page: number;
  readonly limit: number;
  readonly after?: ListPosition | undefined;
}

/** Where a row stands in a list. */
export interface ListPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** A call or a room as a list shows it. */
interface Listed extends ListPosition {
  readonly tombstonedAt: Date | null;
}

export interface ListPage {
  readonly rows: readonly Listed[];
  /** Where the next page begins; missing when nothing follows. */
  readonly next?: ListPosition;
  /** How many there are in all. */
  readonly total: number;
}

/**
 * A page of a project's calls or rooms, newest first; those of the same instant are ordered by id. In the order of the
 * index, which gives the rows of a page and no others.
 */
export async function newestFirst(
  connection: Pick<Connection, "db">,
  table: typeof calls | typeof rooms,
  totals: Totals,
  projectId: string,
  { page, limit, after }: ListQuery,
): Promise<ListPage> {
  const { id, createdAt, tombstonedAt } = table;
  const [found, total] = await Promise.all([
    connection.db
      .select({ id, createdAt, tombstonedAt })
      .from(table)
      .where(and(eq(table.projectId, projectId), after && follows(table, after)))
      .orderBy(sql`${createdAt} desc nulls last`, asc(id))
      .limit(limit + 1)
      .offset(after ? 0 : (page - 1) * limit),
    readTotal(connection, totals, projectId),
  ]);
  const rows = found.slice(0, limit);
  const next = found.length > limit ? rows.at(-1) : undefined;
  return { rows, ...(next && { next }), total };
}

/** The first condition is one that the index can begin at. */
const follows = ({ createdAt, id }: typeof calls | typeof rooms, after: ListPosition): SQL | undefined =>
  and(lte(createdAt, after.createdAt), or(lt(createdAt, after.createdAt), gt(id, after.id)));
