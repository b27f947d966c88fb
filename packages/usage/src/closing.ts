import { type Transaction, usageSessions } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { closeAndRecord } from "./close-and-record.ts";
import { msAgo } from "./ledger-time.ts";

interface SessionPeer {
  readonly subjectId: string;
  readonly peerId: PeerId;
}

/** Until when a peer was there, as its node knows it. */
interface LastSeen {
  /** Milliseconds since the peer was last seen, measured within the transaction; infinite when nobody knows. Default 0. */
  readonly agoMs?: number;
  /** The end of the call or the room: the session does not go beyond it. */
  readonly notAfter?: Date;
}

/** A session to be closed by the node that held its peer. */
export interface Closing extends SessionPeer, LastSeen {
  readonly reason: string;
}

const { id, subjectId, peerId, checkpointedAt, closedAt } = usageSessions;

/**
 * Closes the open session of a peer, if there is one.
 *
 * @param agoMs since the peer was last seen, measured within `tx`; infinite when nobody knows: at its last checkpoint
 */
export const closeSession = (tx: Transaction, peer: SessionPeer, reason: string, agoMs = 0): Promise<void> =>
  closeSessions(tx, [{ ...peer, reason, agoMs }]);

/** Closes the open sessions of peers, as far as there are any. */
export async function closeSessions(tx: Transaction, closings: readonly Closing[]): Promise<void> {
  const [first, ...others] = closings;
  if (!first) return;
  if (others.length > 0) return closeMany(tx, closings);
  const isOfPeer = sql`${subjectId} = ${first.subjectId} and ${peerId} = ${first.peerId}`;
  await closeAndRecord(tx, sql`set closed_at = ${end(first)}, close_reason = ${first.reason} where ${isOfPeer}`);
}

/**
 * Closes a session, if it is still open: for a node whose peer's call or room has ended, while another claim may have
 * begun a session of its own.
 *
 * @param seen.agoMs as for {@link closeSession}
 * @param seen.notAfter when the call or room ended
 */
export const closeSessionById = (
  tx: Transaction,
  sessionId: string,
  reason: string,
  seen: { readonly agoMs: number; readonly notAfter: Date },
): Promise<void> =>
  closeAndRecord(tx, sql`set closed_at = ${end(seen)}, close_reason = ${reason} where ${id} = ${sessionId}`);

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
  const isOfPeers = of.peerIds ? sql`and ${peerId} = any(${sql.param([...of.peerIds])}::text[])` : sql``;
  await closeAndRecord(
    tx,
    sql`set closed_at = ${checkpointedAt}, close_reason = ${reason}
      where ${subjectId} = any(${sql.param([...subjectIds])}::uuid[]) ${isOfPeers}`,
  );
}

/** Never before the last checkpoint, unless the end of the call or room was; what is null does not count. */
const endOf = (lastSeen: SQL, notAfter: SQL): SQL => sql`least(${notAfter}, greatest(${checkpointedAt}, ${lastSeen}))`;

const end = ({ agoMs = 0, notAfter }: LastSeen): SQL =>
  endOf(
    Number.isFinite(agoMs) ? msAgo(agoMs) : sql`null`,
    notAfter ? sql`${notAfter.toISOString()}::timestamptz` : sql`null`,
  );

/** In the order of their ids, so that two who close the same sessions do not wait for each other. */
async function closeMany(tx: Transaction, closings: readonly Closing[]): Promise<void> {
  const each = <T>(value: (closing: Closing) => T): SQL => sql`${sql.param(closings.map(value))}`;
  const finite = ({ agoMs = 0 }: Closing): number | null => (Number.isFinite(agoMs) ? agoMs : null);
  const closing = sql`unnest(
    ${each((one) => one.subjectId)}::uuid[],
    ${each((one) => one.peerId)}::text[],
    ${each((one) => one.reason)}::text[],
    ${each(finite)}::float8[],
    ${each(({ notAfter }) => notAfter?.toISOString() ?? null)}::text[]
  ) as closing(subject_id, peer_id, reason, ago_ms, not_after)`;
  const at = endOf(msAgo(sql`closing.ago_ms`), sql`closing.not_after::timestamptz`);
  const chosen = sql`
    select ${id} as id, closing.reason as reason, ${at} as at
    from ${closing}
    join ${usageSessions} on ${subjectId} = closing.subject_id and ${peerId} = closing.peer_id
    where ${closedAt} is null
    order by ${id} for update of ${usageSessions}`;
  await closeAndRecord(
    tx,
    sql`set closed_at = chosen.at, close_reason = chosen.reason from (${chosen}) as chosen where ${id} = chosen.id`,
  );
}
