import { type Connection, query, usageSessions } from "@radist-tech/db";
import type { Usage } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { type Timespan, timespan, type UsageQuery } from "./timespan.ts";

/**
 * What participants of a project have spent, by interval.
 *
 * @throws {Refusal} `invalid_interval`
 */
export async function readUsage(connection: Connection, projectId: string, asked: UsageQuery): Promise<Usage> {
  const to = asked.to === undefined ? await databaseTime(connection) : new Date(asked.to);
  const span = timespan(asked, to);
  const spent = await spentIn(connection, projectId, span);
  const inSeconds = ({ p2pMs, roomMs }: { p2pMs: number; roomMs: number }) => ({
    p2pParticipantSeconds: p2pMs / 1_000,
    roomParticipantSeconds: roomMs / 1_000,
  });
  return {
    from: instant(span.fromMs),
    to: instant(span.toMs),
    interval: span.interval,
    intervals: spent.map(({ number, ...ms }) => ({
      // The first one begins where the asked time does.
      start: instant(Math.max(span.fromMs, number * span.lengthMs)),
      ...inSeconds(ms),
    })),
    total: inSeconds({
      p2pMs: spent.reduce((sum, { p2pMs }) => sum + p2pMs, 0),
      roomMs: spent.reduce((sum, { roomMs }) => sum + roomMs, 0),
    }),
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** Whole milliseconds, as the ledger keeps them. */
const ms = (at: SQL): SQL => sql`(extract(epoch from ${at}) * 1000)::bigint`;

/** Each session is cut at the intervals that it touches, and what lies in each is added up. */
async function spentIn(
  connection: Connection,
  projectId: string,
  span: Timespan,
): Promise<{ number: number; p2pMs: number; roomMs: number }[]> {
  const [from, to, length] = [span.fromMs, span.toMs, span.lengthMs].map((value) => sql`${value}::bigint`) as [
    SQL,
    SQL,
    SQL,
  ];
  const { openedAt, closedAt, checkpointedAt, kind } = usageSessions;
  const endedAt = sql`coalesce(${closedAt}, ${checkpointedAt})`;
  const at = (value: SQL): SQL => sql`(timestamptz 'epoch' + ${value} * interval '1 millisecond')`;
  const seen = sql`
    select ${kind} as kind, greatest(${ms(sql`${openedAt}`)}, ${from}) as start_ms, least(${ms(endedAt)}, ${to}) as end_ms
    from ${usageSessions}
    where ${usageSessions.projectId} = ${projectId} and ${openedAt} < ${at(to)} and ${endedAt} > ${at(from)}
      and ${endedAt} > ${openedAt}`;
  const spent = sql`
    select number, kind, sum(least(end_ms, (number + 1) * ${length}) - greatest(start_ms, number * ${length})) as ms
    from (${seen}) as seen
    cross join lateral generate_series(start_ms / ${length}, (end_ms - 1) / ${length}) as number
    group by number, kind`;
  const msOf = (which: "p2p" | "room") => sql<number>`coalesce(sum(ms) filter (where kind = ${which}), 0)::float8`;
  return query(
    connection.db
      .select({ number: sql<number>`number::float8`, p2pMs: msOf("p2p"), roomMs: msOf("room") })
      .from(
        sql`generate_series(${span.first}::bigint, ${span.last}::bigint) as number left join (${spent}) as spent using (number)`,
      )
      .groupBy(sql`number`)
      .orderBy(sql`number`),
  );
}

async function databaseTime(connection: Connection): Promise<Date> {
  const [row] = await query(
    connection.db
      .select({ now: sql`date_trunc('milliseconds', now())`.mapWith(usageSessions.openedAt) })
      .from(sql`(values (1)) as one`),
  );
  if (!row) throw new Error("The database did not tell its time.");
  return row.now;
}
