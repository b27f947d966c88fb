import { type Connection, meterEvents, query } from "@radist-tech/db";
import type { Chore, Logger } from "@radist-tech/runtime";
import { asc, eq, isNull, sql } from "drizzle-orm";
import { planMeterEvents } from "./plan.ts";

const EVERY_MS = 60_000;
const BATCH = 100;

/** The meter knows an identifier for a day at least: what may have arrived longer ago is not sent once more. */
const REPEATABLE = sql`interval '23 hours'`;

/** Seconds of participants in the rooms of a customer. */
export interface MeterEvent {
  /** The same each time it is sent. */
  readonly identifier: string;
  readonly customerId: string;
  readonly seconds: number;
  readonly at: Date;
}

/**
 * What counts the seconds that customers pay for. Sending the same event again changes nothing.
 *
 * Returns why the event was refused for good; nothing when it was counted, now or before. Throws when it is not known
 * whether it was.
 */
export type SendMeterEvent = (event: MeterEvent) => Promise<string | undefined>;

/** Tells a meter what the rooms of billed projects have used. */
export const meterExport = (connection: Connection, send: SendMeterEvent, logger: Logger): Chore => ({
  name: "meter-export",
  everyMs: EVERY_MS,
  run: async (signal) => {
    while (!signal.aborted && (await planMeterEvents(connection)));
    await sendMeterEvents(connection, send, logger, signal);
  },
});

/**
 * Sends what was not settled, oldest first, each until it is known to have been counted. That it is sent is stored before
 * it is, so that after a crash it is known how long ago it may have been counted.
 */
export async function sendMeterEvents(
  connection: Connection,
  send: SendMeterEvent,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { id, stripeCustomerId, hour, seconds, sentAt, settledAt } = meterEvents;
  const settle = (eventId: string, problem: string | undefined): Promise<unknown> =>
    query(
      connection.db
        .update(meterEvents)
        .set({ settledAt: sql`now()`, problem: problem ?? null })
        .where(eq(id, eventId)),
    );
  while (!signal.aborted) {
    const unsettled = await query(
      connection.db
        .select({ id, customerId: stripeCustomerId, at: hour, seconds })
        .from(meterEvents)
        .where(isNull(settledAt))
        .orderBy(asc(hour))
        .limit(BATCH),
    );
    if (unsettled.length === 0) return;
    for (const event of unsettled) {
      if (signal.aborted) return;
      const [marked] = await query(
        connection.db
          .update(meterEvents)
          .set({ sentAt: sql`coalesce(${sentAt}, now())` })
          .where(eq(id, event.id))
          .returning({ isRepeatable: sql<boolean>`${sentAt} > now() - ${REPEATABLE}` }),
      );
      const { id: identifier, ...what } = event;
      const problem = marked?.isRepeatable
        ? await send({ identifier, ...what })
        : "It was sent more than 23 hours ago without an answer: it may have been counted.";
      if (problem !== undefined) logger.error({ ...what, identifier, problem }, "a meter event was not counted");
      await settle(event.id, problem);
    }
  }
}
