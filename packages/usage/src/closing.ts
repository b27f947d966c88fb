import { type Transaction, usageSessions } from "@radist-tech/db";
import { insertFacts } from "@radist-tech/events";
import type { PeerId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { msAgo } from "./ledger-time.ts";

interface SessionPeer {
  readonly subjectId: string;
  readonly peerId: PeerId;
}

/** A session to be closed by who held its peer, and so knows until when it was there. */
export interface Closing extends SessionPeer {
  readonly reason: string;
  /** Milliseconds since the peer was last seen, measured within the transaction; infinite when nobody knows. Default 0. */
  readonly agoMs?: number;
  /** The end of the call or the room: the session does not go beyond it. */
  readonly notAfter?: Date;
}

/**
 * Closes the open session of a peer, if there is one.
 *
 * @param agoMs since the peer was last seen, measured within `tx`; infinite when nobody knows: at its last checkpoint
 */
export const closeSession = (tx: Transaction, peer: SessionPeer, reason: string, agoMs = 0): Promise<void> =>
  closeSessions(tx, [{ ...peer, reason, agoMs }]);

/** Closes the open sessions of peers, those that there are, and says so in the outbox. */
export async function closeSessions(tx: Transaction, closings: readonly Closing[]): Promise<void> {
  if (closings.length === 0) return;
  const each = <T>(value: (closing: Closing) => T): SQL => sql`${sql.param(closings.map(value))}`;
  const finite = ({ agoMs = 0 }: Closing): number | null => (Number.isFinite(agoMs) ? agoMs : null);
  const closing = sql`unnest(
    ${each(({ subjectId }) => subjectId)}::uuid[],
    ${each(({ peerId }) => peerId)}::text[],
    ${each(({ reason }) => reason)}::text[],
    ${each(finite)}::float8[],
    ${each(({ notAfter }) => notAfter?.toISOString() ?? null)}::text[]
  ) as closing(subject_id, peer_id, reason, ago_ms, not_after)`;
  const { id, subjectId, peerId, checkpointedAt, closedAt } = usageSessions;
  // Nulls, for what is not known, do not count in `greatest` and `least`.
  await closeChosen(
    tx,
    sql`
      select ${id} as id, closing.reason as reason,
        least(closing.not_after::timestamptz, greatest(${checkpointedAt}, ${msAgo(sql`closing.ago_ms`)})) as at
      from ${closing}
      join ${usageSessions} on ${subjectId} = closing.subject_id and ${peerId} = closing.peer_id
      where ${closedAt} is null
      order by ${id} for update of ${usageSessions}`,
  );
}

/**
 * Closes a session, if it is still open: for a node whose peer's call or room has ended, while another claim may have
 * begun a session of its own.
 *
 * @param seen.agoMs as for {@link closeSession}
 * @param seen.notAfter when the call or room ended
 */
export async function closeSessionById(
  tx: Transaction,
  sessionId: string,
  reason: string,
  seen: { readonly agoMs: number; readonly notAfter: Date },
): Promise<void> {
  const { id, checkpointedAt, closedAt } = usageSessions;
  const lastSeen = Number.isFinite(seen.agoMs) ? msAgo(seen.agoMs) : sql`null`;
  const notAfter = sql`${seen.notAfter.toISOString()}::timestamptz`;
  await closeChosen(
    tx,
    sql`
      select ${id} as id, ${reason}::text as reason, least(${notAfter}, greatest(${checkpointedAt}, ${lastSeen})) as at
      from ${usageSessions}
      where ${id} = ${sessionId} and ${closedAt} is null
      for update`,
  );
}

/**
 * Closes the open sessions of calls or rooms, or of some of their peers, at their last checkpoints: for those who do not
 * hold these peers, and so cannot know until when they were there.
 */
export async function closeLostSessions(
  tx: Transaction,
  of: { readonly subjectId: string | readonly string[]; readonly peerIds?: readonly PeerId[] },
  reason = "node_lost",
): Promise<void> {
  const subjectIds = typeof of.subjectId === "string" ? [of.subjectId] : of.subjectId;
  const { id, subjectId, peerId, checkpointedAt, closedAt } = usageSessions;
  const isOfPeers = of.peerIds ? sql`and ${peerId} = any(${sql.param([...of.peerIds])}::text[])` : sql``;
  await closeChosen(
    tx,
    sql`
      select ${id} as id, ${reason}::text as reason, ${checkpointedAt} as at
      from ${usageSessions}
      where ${subjectId} = any(${sql.param([...subjectIds])}::uuid[]) ${isOfPeers} and ${closedAt} is null
      order by ${id} for update`,
  );
}

/**
 * Closes sessions and writes the fact of each, in one statement.
 *
 * @param chosen a query for the id of each session, the reason, and the time at which it closes, with the rows locked
 */
export async function closeChosen(db: Pick<Transaction, "execute">, chosen: SQL): Promise<void> {
  await db.execute(sql`
    with chosen as (${chosen}),
    closed as (
      update ${usageSessions} set closed_at = chosen.at, close_reason = chosen.reason
      from chosen where ${usageSessions.id} = chosen.id
      returning ${usageSessions}.*
    )
    ${insertFacts(sql`
      select project_id, 'usage.session_closed', 'session', id, 1, closed_at, jsonb_strip_nulls(jsonb_build_object(
        'kind', kind, 'subjectId', subject_id, 'peerId', peer_id, 'identity', identity,
        'openedAt', ${instant(sql`opened_at`)}, 'closedAt', ${instant(sql`closed_at`)},
        'seconds', round(extract(epoch from closed_at - opened_at), 3), 'reason', close_reason
      ))
      from closed order by id`)}`);
}

/** As the wire shows it: ISO 8601 in UTC with milliseconds. */
const instant = (at: SQL): SQL => sql`to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
