import { type Connection, query, usageHours, usageSessions } from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";

const EVERY_MS = 10_000;

/** Few enough that a statement never holds locks for long. */
const BATCH = 5_000;

/** Adds up closed sessions by the hour, in `usage_hours`. */
export const usageRollUp = (connection: Connection): Chore => ({
  name: "usage-roll-up",
  everyMs: EVERY_MS,
  run: async (signal) => {
    while (!signal.aborted && (await rollUpSome(connection)));
  },
});

/**
 * Adds a batch of closed sessions to the hours that they reach into, each cut at the full hours of UTC. A session is
 * closed once and for all; the statement that counts it marks it, so that it is counted exactly once, however late it was
 * closed and whoever was killed.
 *
 * @returns whether there may be more of them
 */
export async function rollUpSome({ db }: Connection): Promise<boolean> {
  const { id, projectId, kind, openedAt, closedAt, isRolledUp } = usageSessions;
  const some = sql`
    select ${id} from ${usageSessions} where ${closedAt} is not null and not ${isRolledUp}
    order by ${closedAt} limit ${BATCH} for update skip locked`;
  const closed = db
    .$with("closed")
    .as(
      db
        .update(usageSessions)
        .set({ isRolledUp: true })
        .where(sql`${id} = any(array(${some}))`)
        .returning({ projectId, kind, openedAt, closedAt }),
    );
  const hourOf = sql`date_trunc('hour', closed.opened_at, 'UTC')`;
  // A session that ends on the hour does not reach into it; one that has no length counts in the hour of its time.
  const lastInstant = sql`greatest(closed.opened_at, closed.closed_at - interval '1 millisecond')`;
  const hours = sql`generate_series(${hourOf}, ${lastInstant}, interval '1 hour') as hour`;
  const within = sql`
    greatest(least(closed.closed_at, hour + interval '1 hour') - greatest(closed.opened_at, hour), interval '0')`;
  const byHour = db
    .select({
      projectId: closed.projectId,
      hour: sql<Date>`hour`.as("hour"),
      kind: closed.kind,
      seconds: sql<number>`sum(extract(epoch from ${within}))`.as("seconds"),
      sessions: sql<number>`count(*) filter (where hour = ${hourOf})`.as("sessions"),
      earliestOpenedAt: sql<Date>`min(closed.opened_at)`.as("earliest_opened_at"),
      billedSeconds: sql<number>`0`.as("billed_seconds"),
    })
    .from(closed)
    .crossJoinLateral(hours)
    .groupBy(closed.projectId, sql`hour`, closed.kind)
    .orderBy(closed.projectId, sql`hour`, closed.kind);
  const { seconds, sessions, earliestOpenedAt } = usageHours;
  const changed = await query(
    db
      .with(closed)
      .insert(usageHours)
      .select(byHour)
      .onConflictDoUpdate({
        target: [usageHours.projectId, usageHours.hour, usageHours.kind],
        set: {
          seconds: sql`${seconds} + excluded.seconds`,
          sessions: sql`${sessions} + excluded.sessions`,
          earliestOpenedAt: sql`least(${earliestOpenedAt}, excluded.earliest_opened_at)`,
        },
      })
      .returning({ one: sql`1` }),
  );
  return changed.length > 0;
}
