import { type Connection, usageHours, usageRetention, usageSessions } from "@radist-tech/db";
import type { Usage } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { HOUR_MS, type Timespan, timespan, type UsageQuery } from "./timespan.ts";

type Database = Pick<Connection, "db">;

/**
 * What participants of a project have spent, by interval.
 *
 * @throws {Refusal} `invalid_interval`
 */
export async function readUsage(connection: Database, projectId: string, asked: UsageQuery): Promise<Usage> {
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

/**
 * What lies in each interval: whole hours as they were added up, and of sessions what was not added up yet and what lies
 * in the parts of an hour at the ends. It costs what the time costs that is asked for, however long the history is.
 */
async function spentIn(
  { db }: Database,
  projectId: string,
  span: Timespan,
): Promise<{ number: number; p2pMs: number; roomMs: number }[]> {
  const length = sql`${span.lengthMs}::bigint`;
  const spent = sql`
    select number, kind, sum(ms) as ms from (
      select ${ms(sql`hour`)} / ${length} as number, kind, (seconds * 1000)::bigint as ms
      from (${wholeHours(projectId, span)}) as hours
      union all
      select number, kind, least(end_ms, (number + 1) * ${length}) - greatest(start_ms, number * ${length}) as ms
      from (${freshSessions(projectId, span)} union all ${partsOfHours(projectId, span)}) as seen
      cross join lateral generate_series(start_ms / ${length}, (end_ms - 1) / ${length}) as number
    ) as parts
    group by number, kind`;
  const msOf = (which: "p2p" | "room") => sql<number>`coalesce(sum(ms) filter (where kind = ${which}), 0)::float8`;
  return db
    .select({ number: sql<number>`number::float8`, p2pMs: msOf("p2p"), roomMs: msOf("room") })
    .from(
      sql`generate_series(${span.first}::bigint, ${span.last}::bigint) as number left join (${spent}) as spent using (number)`,
    )
    .groupBy(sql`number`)
    .orderBy(sql`number`);
}

const { openedAt, closedAt, checkpointedAt, kind, isRolledUp } = usageSessions;

/** Whole milliseconds, as the ledger keeps them. */
const ms = (at: SQL): SQL => sql`(extract(epoch from ${at}) * 1000)::bigint`;
const at = (value: number): SQL => sql`(timestamptz 'epoch' + ${value}::bigint * interval '1 millisecond')`;

/** Of sessions before this time some may have been deleted; their hours can only be told as a whole. */
const deletedBefore = sql`(select ${usageRetention.deletedBefore} from ${usageRetention})`;

/** The hours that lie within the time. One of which sessions may have been deleted counts where it begins. */
function wholeHours(projectId: string, { fromMs, toMs }: Timespan): SQL {
  const { hour } = usageHours;
  return sql`
    select ${hour}, ${usageHours.kind}, ${usageHours.seconds} from ${usageHours}
    where ${usageHours.projectId} = ${projectId} and ${hour} >= ${at(fromMs)} and ${hour} < ${at(toMs)}
      and (${hour} <= ${at(toMs - HOUR_MS)} or ${hour} < ${deletedBefore})`;
}

/** Sessions that were not added up yet: those that are open, and those that were closed a moment ago. */
function freshSessions(projectId: string, { fromMs, toMs }: Timespan): SQL {
  return cutSessions(sql`coalesce(${closedAt}, ${checkpointedAt})`, fromMs, toMs, sql`not ${isRolledUp}`, projectId);
}

/** Sessions that were added up, as far as they reach into an hour of which only a part is asked for. */
function partsOfHours(projectId: string, { fromMs, toMs }: Timespan): SQL {
  const beginOf = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS;
  const hours = [...new Set([fromMs, toMs].filter((time) => time !== beginOf(time)).map(beginOf))];
  const parts = hours.map((hourMs) => {
    // No session that reaches into the hour was opened before this: the index need not be read from its beginning.
    const earliest = sql`(
      select min(${usageHours.earliestOpenedAt}) from ${usageHours}
      where ${usageHours.projectId} = ${projectId} and ${usageHours.hour} = ${at(hourMs)})`;
    const isKnown = sql`${isRolledUp} and ${openedAt} >= ${earliest} and ${at(hourMs)} >= ${deletedBefore}`;
    return cutSessions(
      sql`${closedAt}`,
      Math.max(fromMs, hourMs),
      Math.min(toMs, hourMs + HOUR_MS),
      isKnown,
      projectId,
    );
  });
  return parts.length === 0
    ? sql`select null::text, 0::bigint, 0::bigint where false`
    : sql.join(parts, sql` union all `);
}

/** The parts of sessions that lie between two times. */
const cutSessions = (endedAt: SQL, fromMs: number, toMs: number, which: SQL, projectId: string): SQL => sql`
  select ${kind} as kind,
    greatest(${ms(sql`${openedAt}`)}, ${fromMs}::bigint) as start_ms, least(${ms(endedAt)}, ${toMs}::bigint) as end_ms
  from ${usageSessions}
  where ${usageSessions.projectId} = ${projectId} and ${openedAt} < ${at(toMs)} and ${endedAt} > ${at(fromMs)}
    and ${endedAt} > ${openedAt} and ${which}`;

async function databaseTime({ db }: Database): Promise<Date> {
  const [row] = await db
    .select({ now: sql`date_trunc('milliseconds', now())`.mapWith(usageSessions.openedAt) })
    .from(sql`(values (1)) as one`);
  if (!row) throw new Error("The database did not tell its time.");
  return row.now;
}
