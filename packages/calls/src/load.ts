import {
  type Connection,
  callPeers,
  calls,
  execute,
  onPrimary,
  query,
  rowsOf,
  statement,
  type Transaction,
} from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Call, OwnerNode, Peer } from "./call.ts";

/** What proves a peer at its next reconnection, as hashes. */
export interface PeerTokens {
  readonly reconnectHash: Uint8Array;
  /** The token of the last `call_reconnected`: replaces the other one once it is used. */
  readonly freshReconnectHash: Uint8Array | null;
}

/** A call under lock until the transaction ends. */
export interface LockedCall {
  readonly call: Call;
  /** The number of its last event. */
  readonly eventSeq: number;
  readonly tokens: ReadonlyMap<PeerId, PeerTokens>;
}

export interface LockedCalls {
  readonly byId: ReadonlyMap<CallId, LockedCall>;
  /** The database's time. */
  readonly at: Date;
}

const [callRows, peerRows] = [rowsOf(calls), rowsOf(callPeers)];

/** Locks calls in the order of their ids. @param which a query for their ids */
const lockingCalls = (which: SQL, mode: SQL): SQL => sql`(
  with locked as (select * from ${calls} where id in (${which}) order by id ${mode})
  select coalesce(json_agg(${callRows.json}), '[]') from locked as ${calls})`;

/** Peers of calls, in order of joining. @param which a query for the ids of the calls */
export const peersOf = (which: SQL): SQL => sql`(
  select coalesce(json_agg(${peerRows.json} order by ${callPeers.joinedAt}, ${callPeers.peerId}), '[]')
  from ${callPeers} where ${callPeers.callId} in (${which}))`;

/** The database's time now, in whole milliseconds; not that of the transaction's beginning. */
export const clockTime = sql`date_trunc('milliseconds', clock_timestamp())`;

const idsIn = (input: SQL): SQL => sql`select value::uuid from json_array_elements_text(${input})`;

const locking = (mode: SQL) =>
  statement<readonly CallId[], unknown[]>((input) => sql`select ${lockingCalls(idsIn(input), mode)} as output`);

/** Locks calls by their ids. */
export const LOCK = locking(sql`for update`);

/** Leaves out what somebody else has under lock: nobody waits for a call in which something else takes long. */
export const LOCK_FREE = locking(sql`for update skip locked`);

interface CallRead {
  readonly at: string;
  readonly peers: unknown[];
  /** The ids of those that exist. */
  readonly known: CallId[];
}

/** Executed after the locks: the time and what is read are of after they were granted, so that no step is earlier than the
 * one before it. */
export const READ = statement<readonly CallId[], CallRead>(
  (input) => sql`select json_build_object(
    'at', ${clockTime}, 'peers', ${peersOf(idsIn(input))},
    'known', (select coalesce(json_agg(id), '[]') from ${calls} where id in (${idsIn(input)}))
  ) as output`,
);

/** Locks calls, in the order of their ids: steps of one call happen one after the other, on whichever nodes. */
export async function lockCalls(tx: Transaction, callIds: readonly CallId[]): Promise<LockedCalls> {
  // Sent at once and executed in this order.
  const [rows, read] = await Promise.all([execute(tx, LOCK, callIds), execute(tx, READ, callIds)]);
  return toLocked(rows, read);
}

export const toLocked = (rows: readonly unknown[], { peers, at }: CallRead): LockedCalls =>
  toLockedCalls(rows, peers.map(decodePeer), at);

export type PeerRow = typeof callPeers.$inferSelect;
export const decodePeer = (json: unknown): PeerRow => peerRows.decode(json);

/** @param rows of calls, as {@link lockingCalls} selects them */
export function toLockedCalls(rows: readonly unknown[], peers: readonly PeerRow[], at: string): LockedCalls {
  const byCall = Map.groupBy(peers, ({ callId }) => callId);
  const locked = rows
    .map((json) => callRows.decode(json))
    .map((row): [CallId, LockedCall] => {
      const ofCall = byCall.get(row.id) ?? [];
      const tokens = ofCall.map(({ peerId, reconnectHash, freshReconnectHash }): [PeerId, PeerTokens] => [
        peerId as PeerId,
        { reconnectHash, freshReconnectHash },
      ]);
      return [row.id as CallId, { call: toCall(row, ofCall), eventSeq: row.eventSeq, tokens: new Map(tokens) }];
    });
  return { byId: new Map(locked), at: new Date(at) };
}

/**
 * Calls as they are, without a lock.
 *
 * @throws {DatabaseUnavailable}
 */
export async function loadCalls(connection: Connection, callIds: readonly CallId[]): Promise<Map<CallId, Call>> {
  // One statement, so that version and peers are of one moment.
  const rows = await query(
    connection.db
      .select()
      .from(calls)
      .leftJoin(callPeers, eq(callPeers.callId, calls.id))
      .where(and(inArray(calls.id, [...callIds]), onPrimary))
      .orderBy(callPeers.joinedAt, callPeers.peerId),
  );
  const byCall = Map.groupBy(rows, (row) => row.calls.id as CallId);
  return new Map(
    [...byCall].flatMap(([callId, group]) => {
      const [first] = group;
      const peers = group.flatMap((row) => row.call_peers ?? []);
      return first ? [[callId, toCall(first.calls, peers)] as const] : [];
    }),
  );
}

/**
 * The peers that are connected under a node's name, by the database.
 *
 * @throws {DatabaseUnavailable}
 */
export async function loadPeersOf(connection: Connection, { nodeId, nodeEpoch }: OwnerNode): Promise<PeerOfCall[]> {
  const rows = await query(
    connection.db
      .select({ callId: callPeers.callId, peerId: callPeers.peerId, epoch: callPeers.epoch })
      .from(callPeers)
      .where(
        and(
          eq(callPeers.status, "connected"),
          eq(callPeers.nodeId, nodeId),
          eq(callPeers.nodeEpoch, nodeEpoch),
          onPrimary,
        ),
      ),
  );
  return rows as PeerOfCall[];
}

/** A peer under one of its claims. */
export interface PeerOfCall {
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
}

/**
 * Whether no later socket has claimed the peer.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isLatestClaim(connection: Connection, { callId, peerId, epoch }: PeerOfCall): Promise<boolean> {
  const thisClaim = and(
    eq(callPeers.callId, callId),
    eq(callPeers.peerId, peerId),
    eq(callPeers.epoch, epoch),
    onPrimary,
  );
  return (await query(connection.db.$count(callPeers, thisClaim))) === 1;
}

/** {@link clockTime} */
export async function currentTime(tx: Transaction): Promise<Date> {
  return new Date(await execute(tx, CLOCK, null));
}

const CLOCK = statement<null, string>(
  (input) => sql`select to_json(${clockTime}) as output where ${input} is not null`,
);

function toCall(row: typeof calls.$inferSelect, peers: readonly (typeof callPeers.$inferSelect)[]): Call {
  const common = {
    callId: row.id as CallId,
    projectId: row.projectId as ProjectId,
    accessControl: row.accessControl,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
    wasFull: row.wasFull,
    peers: peers.map(toPeer),
  };
  if (row.tombstonedAt === null) return { ...common, state: "open", idleSince: row.idleSince };
  return { ...common, state: "tombstoned", at: row.tombstonedAt, reason: row.tombstoneReason ?? "terminated" };
}

const toPeer = (row: typeof callPeers.$inferSelect): Peer => ({
  peerId: row.peerId as PeerId,
  status: row.status,
  epoch: row.epoch as Epoch,
  ownerNode: { nodeId: row.nodeId as NodeId, nodeEpoch: row.nodeEpoch },
  joinedAt: row.joinedAt,
  updatedAt: row.updatedAt,
  expiresAt: row.expiresAt,
  unconfirmedSince: row.unconfirmedSince,
});
