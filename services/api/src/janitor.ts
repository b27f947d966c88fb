import { setTimeout as sleep } from "node:timers/promises";
import {
  type Connection,
  callPeers,
  callTokens,
  idempotentAnswers,
  nodes,
  query,
  rooms,
  roomTokens,
} from "@radist-tech/db";
import type { Logger } from "@radist-tech/runtime";
import { type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

const PERIOD_MS = 10 * 60_000;
/** Few enough that a sweep never holds locks for long. */
const BATCH = 1_000;

/**
 * Deletes what has no use any more, now and then, at a random moment of each period, so that the janitors of several
 * nodes do not sweep at once. Does not keep a process alive.
 */
export function startJanitor(connection: Connection, logger: Logger, periodMs = PERIOD_MS): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const work = async (): Promise<void> => {
    while (await pause(periodMs * (0.5 + Math.random()), stopping.signal)) {
      try {
        const swept = await sweep(connection, stopping.signal);
        logger.debug(swept, "swept");
      } catch (error) {
        logger.warn({ err: error }, "the sweep failed; the next one will find the same");
      }
    }
  };
  const working = work();
  return {
    stop() {
      stopping.abort();
      return working;
    },
  };
}

/** Nodes that have been gone for a day, but for those whose peers or rooms nobody has taken over yet. */
const LONG_GONE = sql`${nodes.leaseUntil} < now() - interval '1 day'
  and not exists (
    select from ${callPeers} where ${callPeers.nodeId} = ${nodes.id} and ${callPeers.status} = 'connected')
  and not exists (select from ${rooms} where ${rooms.homeNodeId} = ${nodes.id})`;

const expiredLongAgo = ({ expiresAt }: typeof callTokens | typeof roomTokens): SQL =>
  sql`${expiresAt} < now() - interval '1 day'`;

/**
 * Deletes answers of idempotent requests that no longer count (24 h), tokens that expired a day ago or earlier, and
 * nodes that are long gone.
 */
export async function sweep(
  connection: Connection,
  signal?: AbortSignal,
): Promise<{ answers: number; callTokens: number; roomTokens: number; nodes: number }> {
  return {
    answers: await remove(
      connection,
      idempotentAnswers,
      sql`${idempotentAnswers.createdAt} < now() - interval '24 hours'`,
      signal,
    ),
    callTokens: await remove(connection, callTokens, expiredLongAgo(callTokens), signal),
    roomTokens: await remove(connection, roomTokens, expiredLongAgo(roomTokens), signal),
    nodes: await remove(connection, nodes, LONG_GONE, signal),
  };
}

async function remove(connection: Connection, table: PgTable, where: SQL, signal?: AbortSignal): Promise<number> {
  for (let total = 0; ; ) {
    // Rows that another janitor is at are skipped, so that two never wait for each other.
    const old = sql`select ctid from ${table} where ${where} limit ${BATCH} for update skip locked`;
    const removed = await query(
      connection.db.delete(table).where(sql`ctid = any(array(${old}))`).returning({ one: sql`1` }),
    );
    total += removed.length;
    if (removed.length < BATCH || signal?.aborted) return total;
  }
}

/** False when the signal ended the pause. */
async function pause(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal, ref: false });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
