import { type Connection, meterEvents, projects, query, usageHours } from "@radist-tech/db";
import { sql } from "drizzle-orm";

const BATCH = 500;

/** Stripe takes meter events of the last 35 days. */
const OLDEST = sql`date_trunc('hour', now()) - interval '34 days'`;

/**
 * Makes meter events of the whole seconds that came to the hours of billed projects since the last time: of an hour when
 * it is over, and once more of what is closed late. The statement that makes an event remembers that it did, so that each
 * second is in one event.
 *
 * @returns whether there may be more of them
 */
export async function planMeterEvents({ db }: Connection): Promise<boolean> {
  const { projectId, hour, kind, seconds, billedSeconds } = usageHours;
  const due = db.$with("due").as(
    db
      .select({
        projectId,
        hour,
        customerId: sql<string>`${projects.stripeCustomerId}`.as("customer_id"),
        before: sql<number>`${billedSeconds}`.as("before"),
        whole: sql<number>`floor(${seconds})::bigint`.as("whole"),
      })
      .from(projects)
      .innerJoin(usageHours, sql`${projectId} = ${projects.id}`)
      .where(
        sql`${projects.stripeCustomerId} is not null and ${hour} >= ${projects.billedFrom}
          and ${hour} < date_trunc('hour', now()) and ${kind} = 'room' and ${seconds} >= ${billedSeconds} + 1`,
      )
      .limit(BATCH)
      .for("update", { of: usageHours, skipLocked: true }),
  );
  const marked = db.$with("marked").as(
    db
      .update(usageHours)
      .set({ billedSeconds: sql`due.whole` })
      .from(due)
      .where(sql`${projectId} = due.project_id and ${hour} = due.hour and ${kind} = 'room'`)
      .returning({ one: sql<number>`1`.as("one") }),
  );
  const made = await query(
    db
      .with(due, marked)
      .insert(meterEvents)
      .select(
        db
          .select({
            id: sql<string>`gen_random_uuid()`.as("id"),
            projectId: due.projectId,
            stripeCustomerId: due.customerId,
            hour: sql<Date>`greatest(due.hour, ${OLDEST})`.as("hour"),
            seconds: sql<number>`due.whole - due.before`.as("seconds"),
            sentAt: sql<null>`null::timestamptz`.as("sent_at"),
            settledAt: sql<null>`null::timestamptz`.as("settled_at"),
            problem: sql<null>`null::text`.as("problem"),
          })
          .from(due),
      )
      .returning({ id: meterEvents.id }),
  );
  return made.length > 0;
}
