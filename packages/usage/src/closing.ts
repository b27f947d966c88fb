import {
  type BoundStatement,
  bind,
  recordset,
  sendAll,
  statement,
  type Transaction,
  usageSessions,
} from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { closingAndRecording } from "./close-and-record.ts";
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
export const closeSessions = (tx: Transaction, closings: readonly Closing[]): Promise<void> =>
  sendAll(tx, closing(closings));

/** Statements that close the open sessions of peers, as far as there are any. */
export function closing(closings: readonly Closing[]): BoundStatement[] {
  if (closings.length === 0) return [];
  return [bind(CLOSE, closings.map(toRow))];
}

/** Nothing is infinite in JSON. */
const toRow = <T extends LastSeen>({ agoMs = 0, ...rest }: T): unknown => ({
  ...rest,
  agoMs: Number.isFinite(agoMs) ? agoMs : null,
});

/** A session that its own node closes, although another claim may have begun one of its own for the same peer. */
export interface ClosingById extends LastSeen {
  readonly sessionId: string;
  readonly reason: string;
}

/** Statements that close these sessions, as far as they are still open. */
export const closingById = (closings: readonly ClosingById[]): BoundStatement[] =>
  closings.length === 0 ? [] : [bind(CLOSE_BY_ID, closings.map(toRow))];

/**
 * Closes the open sessions of calls or rooms, or of some of their peers, at their last checkpoints: for those who do not
 * hold these peers, and so cannot know until when they were there.
 */
export const closeLostSessions = (tx: Transaction, of: LostPeers, reason?: string): Promise<void> =>
  sendAll(tx, closingLost(of, reason));

interface LostPeers {
  readonly subjectId: string | readonly string[];
  /** Missing: all. */
  readonly peerIds?: readonly PeerId[];
}

/** Statements that do so. */
export function closingLost({ subjectId: subject, peerIds }: LostPeers, reason = "node_lost"): BoundStatement[] {
  const subjectIds = typeof subject === "string" ? [subject] : subject;
  return [peerIds ? bind(CLOSE_LOST_PEERS, { subjectIds, peerIds, reason }) : bind(CLOSE_LOST, { subjectIds, reason })];
}

/** Never before the last checkpoint, unless the end of the call or room was; what is null does not count. */
const endOf = (lastSeen: SQL, notAfter: SQL): SQL => sql`least(${notAfter}, greatest(${checkpointedAt}, ${lastSeen}))`;

/** When a session of the rows `closing` ends. */
const END = endOf(msAgo(sql`closing."agoMs"`), sql`closing."notAfter"`);

const CLOSE = statement<readonly unknown[]>((input) => {
  const asked = recordset(input, "closing", {
    subjectId,
    peerId,
    reason: "text",
    agoMs: "float8",
    notAfter: "timestamptz",
  });
  // In the order of their ids, so that two who close the same sessions do not wait for each other.
  const chosen = sql`
    select ${id} as id, closing.reason as reason, ${END} as at
    from ${asked}
    join ${usageSessions} on ${subjectId} = closing."subjectId" and ${peerId} = closing."peerId"
    where ${closedAt} is null
    order by ${id} for update of ${usageSessions}`;
  return closingAndRecording(
    sql`set closed_at = chosen.at, close_reason = chosen.reason from (${chosen}) as chosen where ${id} = chosen.id`,
  );
});

const CLOSE_BY_ID = statement<readonly unknown[]>((input) => {
  const columns = { sessionId: id, reason: "text", agoMs: "float8", notAfter: "timestamptz" };
  return closingAndRecording(sql`set closed_at = ${END}, close_reason = closing.reason
    from ${recordset(input, "closing", columns)} where ${id} = closing."sessionId"`);
});

const textsIn = (input: SQL, key: string): SQL =>
  sql`select value from json_array_elements_text(${input} -> ${sql.raw(`'${key}'`)})`;

const closingAtCheckpoint = (input: SQL, isLost: SQL): SQL =>
  closingAndRecording(sql`set closed_at = ${checkpointedAt}, close_reason = ${input} ->> 'reason' where ${isLost}`);

const isOfSubjects = (input: SQL): SQL =>
  sql`${subjectId} in (select value::uuid from (${textsIn(input, "subjectIds")}) as ids)`;

const CLOSE_LOST = statement<unknown>((input) => closingAtCheckpoint(input, isOfSubjects(input)));

const CLOSE_LOST_PEERS = statement<unknown>((input) =>
  closingAtCheckpoint(input, sql`${isOfSubjects(input)} and ${peerId} in (${textsIn(input, "peerIds")})`),
);
