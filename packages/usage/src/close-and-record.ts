import { type Transaction, usageSessions } from "@radist-tech/db";
import { insertFacts } from "@radist-tech/events";
import { type SQL, sql } from "drizzle-orm";

/**
 * Closes open sessions and writes the fact of each, in one statement.
 *
 * @param update what follows `update usage_sessions`, up to its condition
 */
export async function closeAndRecord(db: Pick<Transaction, "execute">, update: SQL): Promise<void> {
  await db.execute(closingAndRecording(update));
}

/** The statement. */
export function closingAndRecording(update: SQL): SQL {
  const closed = sql`
    select project_id, 'usage.session_closed', 'session', id, 1, closed_at, jsonb_strip_nulls(jsonb_build_object(
      'kind', kind, 'subjectId', subject_id, 'peerId', peer_id, 'identity', identity,
      'openedAt', ${instant(sql`opened_at`)}, 'closedAt', ${instant(sql`closed_at`)},
      'seconds', round(extract(epoch from closed_at - opened_at), 3), 'reason', close_reason
    ))
    from closed`;
  return sql`
    with closed as (
      update ${usageSessions} ${update} and ${usageSessions.closedAt} is null returning ${usageSessions}.*
    )
    ${insertFacts(closed)}`;
}

/** As the wire shows it: ISO 8601 in UTC with milliseconds. */
const instant = (at: SQL): SQL => sql`to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
