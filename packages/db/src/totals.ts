import { eq, type SQL, sql } from "drizzle-orm";
import type { Connection } from "./connect.ts";
import type { callTotals } from "./schema.ts";
import type { Transaction } from "./transact.ts";

/** Those of calls or those of rooms; the tables are alike. */
export type Totals = typeof callTotals;

/** How many of those who create calls or rooms of one project need not wait for each other, at best. */
const SLOTS = 8;

export const anySlot = (): SQL<number> => sql`${Math.floor(Math.random() * SLOTS)}::smallint`;

/** Counts a call or a room that is created, in the transaction that creates it. */
export async function countCreated(tx: Transaction, totals: Totals, projectId: string): Promise<void> {
  await tx.insert(totals).values({ projectId, slot: anySlot(), total: 1 }).onConflictDoUpdate(addedTotal(totals));
}

/** What an insertion does where the slot exists. */
export const addedTotal = (totals: Totals) => ({
  target: [totals.projectId, totals.slot],
  set: { total: sql`${totals.total} + excluded.total` },
});

/** How many calls or rooms a project has. */
export async function readTotal({ db }: Pick<Connection, "db">, totals: Totals, projectId: string): Promise<number> {
  const [row] = await db
    .select({ total: sql<number>`coalesce(sum(${totals.total}), 0)::float8` })
    .from(totals)
    .where(eq(totals.projectId, projectId));
  return row?.total ?? 0;
}
