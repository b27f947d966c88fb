import { type Connection, isUnavailable, query, usageSessions } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { type Lease, type Logger, logUnavailable } from "@radist-tech/runtime";
import { and, eq, isNull, ne, or, sql } from "drizzle-orm";

/** A peer on this node; `agoMs`: milliseconds since it was last heard, if that is known. */
export interface PresentPeer {
  readonly subjectId: string;
  readonly peerId: PeerId;
  readonly agoMs?: number;
}

export interface CheckpointOptions {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly logger: Logger;
  readonly peers: () => Iterable<PresentPeer>;
  readonly everyMs?: number;
  /** Pings the peers on this node within this time, a little before each checkpoint, so that they are heard. */
  readonly ask?: (withinMs: number) => void;
  /** Called with the number of peers here whose session is on another node now. */
  readonly onFenced?: (count: number) => void;
}

const CHECKPOINT_MS = 10_000;

/** How long before a checkpoint the peers are pinged, milliseconds: a slow round trip. */
const ASK_MS = 500;

/** Pause before a checkpoint that could not be made is tried again, milliseconds. */
const RETRY_MS = 1_000;

/** Checkpoints the open sessions of the peers on this node, while its lease is held and trusted. */
export function keepCheckpoints(options: CheckpointOptions): AsyncDisposable {
  const { logger, ask = () => {}, everyMs = CHECKPOINT_MS } = options;
  const askMs = Math.min(ASK_MS, everyMs / 2);
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isClosed = false;

  const attempt = async (): Promise<boolean> => {
    try {
      return await checkpoint(options);
    } catch (error) {
      if (isUnavailable(error)) logUnavailable(logger, error, "usage could not be checkpointed");
      else logger.error({ err: error }, "checkpointing usage failed");
      return false;
    }
  };
  const wait = (ms: number, then: () => void): void => {
    if (isClosed) return;
    timer = setTimeout(then, ms);
    timer.unref();
  };
  const schedule = (afterMs: number): void =>
    wait(Math.max(0, afterMs - askMs), () => {
      ask(askMs / 2);
      wait(askMs, () => {
        const startedAt = performance.now();
        running = attempt().then((done) =>
          schedule(done ? everyMs - (performance.now() - startedAt) : Math.min(RETRY_MS, everyMs)),
        );
      });
    });
  schedule(everyMs);
  return {
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** @returns whether it was made: not when the lease is not good, or went while the database was asked */
async function checkpoint(options: CheckpointOptions): Promise<boolean> {
  const { connection, lease, logger, peers, onFenced } = options;
  const isOwner = (): boolean => lease.holds() && lease.isTrusted();
  if (!isOwner()) return false;
  // The time first, then the peers: a peer that is here now was here then, or its session is younger and is not changed.
  // No transaction: a process that is frozen must not hold locks that stop the nodes which take over from it.
  const [clock] = await query(connection.db.select({ now: sql<string>`now()::text` }).from(sql`(values (1)) as one`));
  if (!clock) throw new Error("The database did not tell its time.");
  const present = [...peers()];
  if (!isOwner()) return false;
  const kept = present.length === 0 ? 0 : await advance(options, present, clock.now);
  // Most of those that were not advanced have left since, or are leaving.
  const fenced = present.length === kept ? 0 : await countElsewhere(options, present);
  if (fenced > 0) {
    logger.warn({ nodeId: lease.nodeId, fenced }, "sessions of peers here are on other nodes");
    onFenced?.(fenced);
  }
  return true;
}

/** How many of the peers have open sessions under another node, or under an earlier or later process of this one. */
async function countElsewhere(
  { connection: { db }, lease }: CheckpointOptions,
  present: readonly PresentPeer[],
): Promise<number> {
  const { subjectId, peerId, nodeId, nodeEpoch, closedAt } = usageSessions;
  const here = sql`unnest(
    ${sql.param(present.map((peer) => peer.subjectId))}::uuid[], ${sql.param(present.map((peer) => peer.peerId))}::text[]
  ) as here(subject_id, peer_id)`;
  const rows = await query(
    db
      .select({ peerId })
      .from(usageSessions)
      .innerJoin(here, sql`here.subject_id = ${subjectId} and here.peer_id = ${peerId}`)
      .where(and(isNull(closedAt), or(ne(nodeId, lease.nodeId), ne(nodeEpoch, lease.epoch)))),
  );
  return rows.length;
}

/** @returns how many of the sessions are still this node's */
async function advance(
  { connection: { db }, lease }: CheckpointOptions,
  present: readonly PresentPeer[],
  now: string,
): Promise<number> {
  const subjectIds = sql.param(present.map(({ subjectId }) => subjectId));
  const peerIds = sql.param(present.map(({ peerId }) => peerId));
  const agosMs = sql.param(present.map(({ agoMs }) => agoMs ?? 0));
  const here = sql`unnest(${subjectIds}::uuid[], ${peerIds}::text[], ${agosMs}::float8[]) as here(subject_id, peer_id, ago_ms)`;
  const { id, subjectId, peerId, nodeId, nodeEpoch, checkpointedAt, closedAt } = usageSessions;
  // Locked rows are being closed; waiting for one would delay the departure of all other peers.
  const mine = db
    .select({ id, agoMs: sql<number>`here.ago_ms`.as("ago_ms") })
    .from(usageSessions)
    .innerJoin(here, sql`here.subject_id = ${subjectId} and here.peer_id = ${peerId}`)
    .where(and(isNull(closedAt), eq(nodeId, lease.nodeId), eq(nodeEpoch, lease.epoch)))
    .for("update", { of: usageSessions, skipLocked: true })
    .as("mine");
  const seenAt = sql`date_trunc('milliseconds', ${now}::timestamptz - ${mine.agoMs} * interval '1 millisecond')`;
  const kept = await query(
    db
      .update(usageSessions)
      .set({ checkpointedAt: sql`greatest(${checkpointedAt}, ${seenAt})` })
      .from(mine)
      .where(eq(id, mine.id))
      .returning({ id }),
  );
  return kept.length;
}
