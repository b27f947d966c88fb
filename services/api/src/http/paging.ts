import { type Connection, type calls, query, type rooms } from "@radist-tech/db";
import { asc, count, desc, eq } from "drizzle-orm";
import { z } from "zod";

/** A whole number without sign, fraction or leading zero, between 1 and `max`. */
export const counting = (max: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(max));

/** Which part of a list is asked for. */
export const PageQuery = z.object({
  page: counting(999_999_999_999_999).default(1).openapi({ type: "integer", minimum: 1, default: 1 }),
  limit: counting(100).default(20).openapi({ type: "integer", minimum: 1, maximum: 100, default: 20 }),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** What a list tells of a call or a room. */
interface Summary {
  readonly id: string;
  readonly createdAt: string;
  readonly tombstonedAt: string | null;
}

/** A page of a project's calls or rooms, newest first. Those of the same instant are in the order of their ids. */
export async function newestFirst(
  connection: Connection,
  table: typeof calls | typeof rooms,
  projectId: string,
  { page, limit }: PageQuery,
): Promise<{ summaries: Summary[]; page: number; limit: number; total: number }> {
  const ofProject = eq(table.projectId, projectId);
  const [rows, [counted]] = await query(
    Promise.all([
      connection.db
        .select({ id: table.id, createdAt: table.createdAt, tombstonedAt: table.tombstonedAt })
        .from(table)
        .where(ofProject)
        .orderBy(desc(table.createdAt), asc(table.id))
        .limit(limit)
        .offset((page - 1) * limit),
      connection.db.select({ total: count() }).from(table).where(ofProject),
    ]),
  );
  const summaries = rows.map(({ id, createdAt, tombstonedAt }) => ({
    id,
    createdAt: createdAt.toISOString(),
    tombstonedAt: tombstonedAt?.toISOString() ?? null,
  }));
  return { summaries, page, limit, total: counted?.total ?? 0 };
}
