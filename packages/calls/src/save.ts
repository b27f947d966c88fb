import { callPeers, calls, heldSignals, type Transaction } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import type { PeerId } from "@radist-tech/protocol";
import { and, inArray, type SQL, sql } from "drizzle-orm";
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

/** Writes changes of calls that are under lock, each call once, in one statement for each table. */
export async function saveCalls(tx: Transaction, changes: readonly CallChange[]): Promise<void> {
  if (changes.length === 0) return;
  // One connection runs them in this order; sending them at once saves the round trips.
  await Promise.all([
    upsertCalls(tx, changes),
    upsertPeers(tx, changes),
    dropHeldOf(tx, changes),
    forgetPeers(tx, changes),
    recordFacts(
      tx,
      changes.map(({ before, after, facts }) => ({
        projectId: after.projectId,
        kind: "call",
        subjectId: after.callId,
        after: before?.eventSeq ?? 0,
        at: after.updatedAt,
        facts,
      })),
    ),
  ]);
}

async function upsertCalls(tx: Transaction, changes: readonly CallChange[]): Promise<void> {
  const { version, updatedAt, wasFull, idleSince, tombstonedAt, tombstoneReason, eventSeq } = calls;
  await tx
    .insert(calls)
    .values(changes.map(toCallRow))
    .onConflictDoUpdate({
      target: calls.id,
      set: proposed({ version, updatedAt, wasFull, idleSince, tombstonedAt, tombstoneReason, eventSeq }),
    });
}

async function upsertPeers(tx: Transaction, changes: readonly CallChange[]): Promise<void> {
  const rows = changes.flatMap((change) => changedPeers(change).map((peer) => toPeerRow(change, peer)));
  if (rows.length === 0) return;
  const { status, epoch, nodeId, nodeEpoch, updatedAt, expiresAt, reconnectHash, freshReconnectHash } = callPeers;
  await tx
    .insert(callPeers)
    .values(rows)
    .onConflictDoUpdate({
      target: [callPeers.callId, callPeers.peerId],
      set: {
        ...proposed({ status, epoch, nodeId, nodeEpoch, updatedAt, expiresAt, reconnectHash, freshReconnectHash }),
        // A confirmation is stored without the lock on the call: only a new claim may overwrite it.
        unconfirmedSince: sql`case when excluded.epoch > ${callPeers.epoch}
          then excluded.unconfirmed_since else ${callPeers.unconfirmedSince} end`,
      },
    });
}

/** Nothing is held for a peer that cannot come back. */
async function dropHeldOf(tx: Transaction, changes: readonly CallChange[]): Promise<void> {
  const gone = changes.flatMap((change) =>
    changedPeers(change)
      .filter((peer) => !holdsSeat(peer))
      .map(({ peerId }) => ({ callId: change.after.callId, peerId })),
  );
  if (gone.length === 0) return;
  const ofThem = and(
    inArray(heldSignals.callId, [...new Set(gone.map(({ callId }) => callId))]),
    inArray(
      heldSignals.peerId,
      gone.map(({ peerId }) => peerId),
    ),
  );
  await tx.delete(heldSignals).where(ofThem);
}

async function forgetPeers(tx: Transaction, changes: readonly CallChange[]): Promise<void> {
  const forgotten = changes.flatMap(({ after: { callId, peers } }) =>
    peers
      .filter((peer) => !holdsSeat(peer))
      .toSorted((one, other) => one.updatedAt.getTime() - other.updatedAt.getTime())
      .slice(0, -REMEMBERED)
      .map(({ peerId }) => ({ callId, peerId })),
  );
  if (forgotten.length === 0) return;
  const them = and(
    inArray(callPeers.callId, [...new Set(forgotten.map(({ callId }) => callId))]),
    inArray(
      callPeers.peerId,
      forgotten.map(({ peerId }) => peerId),
    ),
  );
  await tx.delete(callPeers).where(them);
}

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

function toPeerRow({ before, after, tokens: renewed }: CallChange, peer: Peer): typeof callPeers.$inferInsert {
  const { peerId, ownerNode, ...state } = peer;
  const tokens = renewed?.get(peerId) ?? before?.tokens.get(peerId);
  if (!tokens) throw new Error("A peer without a reconnect token.");
  const { reconnectHash, freshReconnectHash } = tokens;
  return { callId: after.callId, peerId, ...state, ...ownerNode, reconnectHash, freshReconnectHash };
}

/** The values that the insertion proposed for these columns. */
const proposed = <Columns extends Record<string, PgColumn>>(columns: Columns): { [Name in keyof Columns]: SQL } =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]),
  ) as { [Name in keyof Columns]: SQL };
