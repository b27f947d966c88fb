import { callPeers, calls, callTokens, heldSignals, recordset, rowsOf, statement } from "@radist-tech/db";
import type { CallId, PeerId, ProjectId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { ATTEMPT_MS } from "./call.ts";
import { clockTime, peersOf } from "./load.ts";

/** What is presented, as hashes in the form of Postgres. */
export interface Presented {
  readonly joins: readonly { readonly hash: string | null; readonly attemptHash: string | null }[];
  readonly claims: readonly { readonly callId: CallId; readonly peerId: PeerId; readonly hash: string | null }[];
}

/** Calls that are under lock now, and which of the peers that come back are, too. */
export interface AdmissionLocks {
  readonly calls: readonly unknown[];
  readonly peers: readonly string[];
}

/** A token that was presented. */
export interface TokenRow {
  readonly hash: string;
  readonly callId: CallId;
  readonly projectId: ProjectId;
  readonly hasEnded: boolean;
  readonly isExpired: boolean;
  readonly usedAt: string | null;
  readonly peerId: PeerId | null;
  readonly attemptHash: string | null;
}

export interface AdmissionRows {
  readonly at: string;
  readonly tokens: readonly TokenRow[];
  /** Of the calls that are asked for. */
  readonly peers: readonly unknown[];
  /** What waits for the peers that come back, in order. */
  readonly held: readonly { readonly peerId: PeerId; readonly id: number; readonly frame: string }[];
}

const joinsIn = (input: SQL): SQL =>
  recordset(sql`${input} -> 'joins'`, "j", { hash: callTokens.hash, attemptHash: callTokens.attemptHash });
const claimsIn = (input: SQL): SQL =>
  recordset(sql`${input} -> 'claims'`, "c", {
    callId: callPeers.callId,
    peerId: callPeers.peerId,
    hash: callPeers.reconnectHash,
  });

/** Call and peer of each token and of each claim that may work: who only guesses locks nothing. */
const wanted = (input: SQL): SQL => sql`
  select t.call_id, t.peer_id from ${joinsIn(input)}
  join ${callTokens} as t on t.hash = j.hash
  left join ${callPeers} as p on p.call_id = t.call_id and p.peer_id = t.peer_id
  where (t.used_at is null and t.expires_at > now())
    or (t.attempt_hash = j."attemptHash" and t.used_at > now() - ${sql.raw(String(ATTEMPT_MS))} * interval '1 millisecond')
    or p.unconfirmed_since is not null
  union all
  select p.call_id, p.peer_id from ${claimsIn(input)}
  join ${callPeers} as p on p.call_id = c."callId" and p.peer_id = c."peerId"
  where c.hash in (p.reconnect_hash, p.fresh_reconnect_hash)`;

/**
 * Locks the calls, and those peers for whom signals may be held: either their return finds a signal, or it comes first. Each
 * in one order, so that nobody waits in a circle.
 */
const locking = (mode: SQL) =>
  statement<Presented, AdmissionLocks>(
    (input) => sql`
    with wanted as (${wanted(input)}),
    locked as (select * from ${calls} where id in (select call_id from wanted) order by id ${mode}),
    peers as (
      select call_id, peer_id from ${callPeers}
      where call_id in (select id from locked) and (call_id, peer_id) in (select call_id, peer_id from wanted)
      order by call_id, peer_id ${mode}
    )
    select json_build_object(
      'calls', (select coalesce(json_agg(${rowsOf(calls).json}), '[]') from locked as ${calls}),
      'peers', (select coalesce(json_agg(peer_id), '[]') from peers)
    ) as output`,
  );

export const LOCK = locking(sql`for update`);

/** What somebody else has under lock is left out: nobody waits for a call in which something else takes long. */
export const LOCK_FREE = locking(sql`for update skip locked`);

const callsOf = (input: SQL): SQL => sql`
  select call_id from ${callTokens} where hash in (select hash from ${joinsIn(input)})
  union all select "callId" from ${claimsIn(input)}`;

/** Executed after the locks: what it reads is of after they were granted. */
export const READ = statement<Presented, AdmissionRows>(
  (input) => sql`select json_build_object(
    'at', ${clockTime},
    'tokens', (select coalesce(json_agg(json_build_object(
        'hash', t.hash, 'callId', t.call_id, 'projectId', calls.project_id, 'hasEnded', calls.tombstoned_at is not null,
        'isExpired', t.expires_at <= now(), 'usedAt', t.used_at, 'peerId', t.peer_id, 'attemptHash', t.attempt_hash
      )), '[]')
      from ${callTokens} as t join ${calls} on ${calls.id} = t.call_id
      where t.hash in (select hash from ${joinsIn(input)})),
    'peers', ${peersOf(callsOf(input))},
    'held', (select coalesce(json_agg(json_build_object('peerId', h.peer_id, 'id', h.id, 'frame', h.frame) order by h.id), '[]')
      from ${heldSignals} as h
      where (h.call_id, h.peer_id) in (
        select call_id, peer_id from ${callTokens} where hash in (select hash from ${joinsIn(input)})
        union all select "callId", "peerId" from ${claimsIn(input)}))
  ) as output`,
);

/** Tokens that have been used, from now on. */
export const USE_TOKENS = statement<
  readonly { readonly hash: string | null; readonly peerId: PeerId; readonly attemptHash: string | null }[]
>(
  (input) => sql`update ${callTokens} set used_at = clock_timestamp(), peer_id = used."peerId",
      attempt_hash = used."attemptHash"
    from ${recordset(input, "used", { hash: callTokens.hash, peerId: "text", attemptHash: callTokens.attemptHash })}
    where ${callTokens.hash} = used.hash`,
);
