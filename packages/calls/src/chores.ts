import {
  type BoundStatement,
  type Connection,
  callPeers,
  calls,
  callTokens,
  deleteInBatches,
  nodes,
  query,
  type Transaction,
  transact,
} from "@radist-tech/db";
import type { CallId, Epoch, PeerId } from "@radist-tech/protocol";
import { closingLost } from "@radist-tech/usage";
import { and, eq, isNull, lt, lte, or, sql } from "drizzle-orm";
import { advanceCalls, type CallInput, doneSteps } from "./advance.ts";
import { BATCH, workThrough } from "./batches.ts";
import type { CallLimits } from "./call.ts";
import { lockCalls } from "./load.ts";
import type { DoneStep } from "./step.ts";

export interface CallChoreContext {
  readonly connection: Connection;
  readonly limits: CallLimits;
  /** Hears of the steps that were stored, those whose answer came late included. */
  readonly onDone: (done: readonly DoneStep[]) => void;
}

/** A call that somebody is at is left to the next run: one that stays locked must not keep all others waiting. */
const UNLOCKED = ["key share", { of: calls, skipLocked: true }] as const;

/** Frees the seats of peers whose window to reconnect is over. */
export function expirePeers(context: CallChoreContext, signal: AbortSignal): Promise<void> {
  const find = async (): Promise<CallInput[]> => {
    const rows = await query(
      context.connection.db
        .select({ callId: callPeers.callId })
        .from(callPeers)
        .innerJoin(calls, and(eq(calls.id, callPeers.callId), isNull(calls.tombstonedAt)))
        .where(and(eq(callPeers.status, "disconnected"), lte(callPeers.expiresAt, sql`now()`)))
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map(toSettle);
  };
  return workThrough({ find, store: (inputs) => storeAll(context, inputs) }, signal);
}

/** Ends calls that nobody has been connected to for too long. */
export function endIdleCalls(context: CallChoreContext, signal: AbortSignal): Promise<void> {
  const since = sql`now() - ${context.limits.idleMs} * interval '1 millisecond'`;
  const find = async (): Promise<CallInput[]> => {
    const rows = await query(
      context.connection.db
        .select({ callId: calls.id })
        .from(calls)
        .where(and(isNull(calls.tombstonedAt), lte(calls.idleSince, since)))
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map(toSettle);
  };
  return workThrough({ find, store: (inputs) => storeAll(context, inputs) }, signal);
}

/**
 * Disconnects peers of nodes whose lease has run out, and of earlier processes under a node's id. Only a node that may
 * judge others dead runs it.
 */
export function disconnectLostPeers(context: CallChoreContext, signal: AbortSignal): Promise<void> {
  const find = async (): Promise<CallInput[]> => {
    const rows = await query(
      context.connection.db
        .select({ callId: callPeers.callId, peerId: callPeers.peerId, epoch: callPeers.epoch })
        .from(callPeers)
        .innerJoin(nodes, eq(nodes.id, callPeers.nodeId))
        .innerJoin(calls, and(eq(calls.id, callPeers.callId), isNull(calls.tombstonedAt)))
        .where(
          and(
            eq(callPeers.status, "connected"),
            or(lt(nodes.leaseUntil, sql`now()`), lt(callPeers.nodeEpoch, nodes.epoch)),
          ),
        )
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map(({ callId, peerId, epoch }) => ({
      callId: callId as CallId,
      event: { type: "disconnect", peerId: peerId as PeerId, epoch: epoch as Epoch },
    }));
  };
  return workThrough({ find, store: (inputs) => storeAll(context, inputs, closingSessionsOf) }, signal);
}

/** Deletes tokens that expired a day ago or earlier. @returns how many */
export const deleteExpiredTokens = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(connection, callTokens, sql`${callTokens.expiresAt} < now() - interval '1 day'`, signal);

const toSettle = ({ callId }: { callId: string }): CallInput => ({
  callId: callId as CallId,
  event: { type: "settle" },
});

/** @returns how many of the inputs changed something */
async function storeAll(
  { connection, limits, onDone }: CallChoreContext,
  inputs: readonly CallInput[],
  also: (changed: readonly CallInput[]) => BoundStatement[] = () => [],
): Promise<number> {
  const work = async (tx: Transaction): Promise<DoneStep[]> => {
    const locked = await lockCalls(tx, [...new Set(inputs.map(({ callId }) => callId))]);
    const steps = await advanceCalls(tx, locked, inputs, limits, (stepped) =>
      also(inputs.filter((_input, index) => stepped[index]?.outcome === "done")),
    );
    return doneSteps(steps);
  };
  const done = await transact(connection, work, { onLate: onDone });
  onDone(done);
  return done.length;
}

/** Usage of peers whose node was lost ends at its last checkpoint. */
const closingSessionsOf = (lost: readonly CallInput[]): BoundStatement[] =>
  lost.length === 0
    ? []
    : closingLost({
        subjectId: lost.map(({ callId }) => callId),
        peerIds: lost.flatMap(({ event }) => ("peerId" in event ? [event.peerId] : [])),
      });
