import {
  type BoundStatement,
  bind,
  callPeers,
  calls,
  heldSignals,
  insertion,
  recordset,
  rowsOf,
  statement,
} from "@radist-tech/db";
import { recording } from "@radist-tech/events";
import type { PeerId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { type Call, holdsSeat, type Peer } from "./call.ts";
import type { CallFact } from "./facts.ts";
import type { LockedCall, PeerTokens } from "./load.ts";

/** What one or more steps made of a call. */
export interface CallChange {
  /** Missing: the call is new. */
  readonly before: LockedCall | undefined;
  readonly after: Call;
  readonly facts: readonly CallFact[];
  /** Of peers that joined or reconnected. */
  readonly tokens?: ReadonlyMap<PeerId, PeerTokens>;
}

/**
 * How many of the peers that are gone are kept, to tell why they went. Every step reads and sends all peers of its
 * call, so a call must not grow with the number of peers that ever joined.
 */
const REMEMBERED = 16;

/** Statements that write changes of calls that are under lock, each call once: one for each table. */
export function saving(changes: readonly CallChange[]): BoundStatement[] {
  if (changes.length === 0) return [];
  const peers = changes.flatMap((change) => changedPeers(change).map((peer) => toPeerRow(change, peer)));
  return [
    bind(UPSERT_CALLS, changes.map(toCallRow)),
    ...about(UPSERT_PEERS, peers),
    ...about(DROP_HELD, changes.flatMap(gonePeers)),
    ...about(FORGET_PEERS, changes.flatMap(forgottenPeers)),
    ...recording(
      changes.map(({ before, after, facts }) => ({
        projectId: after.projectId,
        kind: "call",
        subjectId: after.callId,
        after: before?.eventSeq ?? 0,
        at: after.updatedAt,
        facts,
      })),
    ),
  ];
}

const about = (rows: typeof UPSERT_PEERS, all: readonly unknown[]): BoundStatement[] =>
  all.length === 0 ? [] : [bind(rows, all)];

/** The values that the insertion proposed for these columns. */
const proposed = (columns: readonly PgColumn[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`),
    sql`, `,
  );

const UPSERT_CALLS = insertion(
  calls,
  [
    "id",
    "projectId",
    "accessControl",
    "createdAt",
    "updatedAt",
    "version",
    "wasFull",
    "idleSince",
    "tombstonedAt",
    "tombstoneReason",
    "eventSeq",
  ],
  {
    conflict: sql`on conflict (id) do update set ${proposed([
      calls.version,
      calls.updatedAt,
      calls.wasFull,
      calls.idleSince,
      calls.tombstonedAt,
      calls.tombstoneReason,
      calls.eventSeq,
    ])}`,
  },
);

const UPSERT_PEERS = insertion(
  callPeers,
  [
    "callId",
    "peerId",
    "status",
    "epoch",
    "nodeId",
    "nodeEpoch",
    "joinedAt",
    "updatedAt",
    "expiresAt",
    "reconnectHash",
    "freshReconnectHash",
    "unconfirmedSince",
  ],
  {
    // As confirmations lock them, which hold no call.
    order: sql`r."callId", r."peerId"`,
    // A confirmation is stored without the lock on the call: only a new claim may overwrite it.
    conflict: sql`on conflict (call_id, peer_id) do update set
      ${proposed([
        callPeers.status,
        callPeers.epoch,
        callPeers.nodeId,
        callPeers.nodeEpoch,
        callPeers.updatedAt,
        callPeers.expiresAt,
        callPeers.reconnectHash,
        callPeers.freshReconnectHash,
      ])},
      unconfirmed_since = case when excluded.epoch > ${callPeers.epoch}
        then excluded.unconfirmed_since else ${callPeers.unconfirmedSince} end`,
  },
);

const { callId, peerId } = callPeers;

/** Nothing is held for a peer that cannot come back. */
const DROP_HELD = statement<readonly unknown[]>(
  (input) => sql`delete from ${heldSignals} using ${recordset(input, "gone", { callId, peerId })}
    where ${heldSignals.callId} = gone."callId" and ${heldSignals.peerId} = gone."peerId"`,
);

const FORGET_PEERS = statement<readonly unknown[]>(
  (input) => sql`delete from ${callPeers} using ${recordset(input, "forgotten", { callId, peerId })}
    where ${callId} = forgotten."callId" and ${peerId} = forgotten."peerId"`,
);

const gonePeers = (change: CallChange) =>
  changedPeers(change)
    .filter((peer) => !holdsSeat(peer))
    .map((peer) => ({ callId: change.after.callId, peerId: peer.peerId }));

const forgottenPeers = ({ after: { callId: id, peers } }: CallChange) =>
  peers
    .filter((peer) => !holdsSeat(peer))
    .toSorted((one, other) => one.updatedAt.getTime() - other.updatedAt.getTime())
    .slice(0, -REMEMBERED)
    .map((peer) => ({ callId: id, peerId: peer.peerId }));

const changedPeers = ({ before, after }: CallChange): Peer[] => {
  const unchanged = new Set(before?.call.peers);
  return after.peers.filter((peer) => !unchanged.has(peer));
};

function toCallRow({ before, after, facts }: CallChange): typeof calls.$inferInsert {
  const hasEnded = after.state === "tombstoned";
  return {
    id: after.callId,
    projectId: after.projectId,
    accessControl: after.accessControl,
    createdAt: after.createdAt,
    updatedAt: after.updatedAt,
    version: after.version,
    wasFull: after.wasFull,
    idleSince: hasEnded ? null : after.idleSince,
    tombstonedAt: hasEnded ? after.at : null,
    tombstoneReason: hasEnded ? after.reason : null,
    eventSeq: (before?.eventSeq ?? 0) + facts.length,
  };
}

const { encode: encodePeer } = rowsOf(callPeers);

function toPeerRow({ before, after, tokens: renewed }: CallChange, peer: Peer): unknown {
  const { ownerNode, ...state } = peer;
  const tokens = renewed?.get(peer.peerId) ?? before?.tokens.get(peer.peerId);
  if (!tokens) throw new Error("A peer without a reconnect token.");
  const { reconnectHash, freshReconnectHash } = tokens;
  return encodePeer({ callId: after.callId, ...state, ...ownerNode, reconnectHash, freshReconnectHash });
}
