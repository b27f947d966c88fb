import { randomUUID } from "node:crypto";
import { type Connection, isUnavailable, type Transaction, transact, usageSessions } from "@radist-tech/db";
import type { NodeId, PeerId, ProjectId } from "@radist-tech/protocol";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Lease } from "./lease.ts";
import type { Logger } from "./logger.ts";

// A session: (seated) → open → closed, by its peer's leaving, or at its last checkpoint when its node was lost.
// It never counts more than was seen: what is written is a time of the database before the moment it speaks of.

export interface LedgerEntry {
  readonly projectId: ProjectId;
  readonly kind: "p2p" | "room";
  /** The call or the room. */
  readonly subjectId: string;
  readonly peerId: PeerId;
  readonly identity: string | null;
}

export interface LedgerNode {
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
}

/** Opens the session of a peer, in the transaction that seats it, after that holds the lock on its call or room. */
export async function openSession(tx: Transaction, entry: LedgerEntry, node: LedgerNode): Promise<void> {
  // Not now(): this transaction may have begun, and waited for its lock, before the one that closed the last session.
  const at = milliseconds(sql`statement_timestamp()`);
  await tx.insert(usageSessions).values({ id: randomUUID(), ...entry, ...node, openedAt: at, checkpointedAt: at });
}

/**
 * Closes the open session of a peer, if there is one.
 *
 * @param agoMs since the peer was last seen, measured within `tx`; infinite when nobody knows: at its last checkpoint
 */
export async function closeSession(
  tx: Transaction,
  peer: { readonly subjectId: string; readonly peerId: PeerId },
  reason: string,
  agoMs = 0,
): Promise<void> {
  const { subjectId, peerId } = peer;
  const closedAt = Number.isFinite(agoMs) ? notBefore(agoAt(sql`${agoMs}::float8`)) : usageSessions.checkpointedAt;
  await tx
    .update(usageSessions)
    .set({ closedAt: sql`${closedAt}`, closeReason: reason })
    .where(
      and(eq(usageSessions.subjectId, subjectId), eq(usageSessions.peerId, peerId), isNull(usageSessions.closedAt)),
    );
}

/**
 * Closes the open sessions of calls or rooms, or of some of their peers, at their last checkpoints: for whoever does
 * not hold these peers, and so cannot know until when they were there.
 */
export async function closeLostSessions(
  tx: Transaction,
  of: { readonly subjectId: string | readonly string[]; readonly peerIds?: readonly PeerId[] },
  reason = "node_lost",
): Promise<void> {
  const { peerIds } = of;
  const subjectIds = typeof of.subjectId === "string" ? [of.subjectId] : of.subjectId;
  await tx
    .update(usageSessions)
    .set({ closedAt: sql`${usageSessions.checkpointedAt}`, closeReason: reason })
    .where(
      and(
        inArray(usageSessions.subjectId, [...subjectIds]),
        peerIds && inArray(usageSessions.peerId, [...peerIds]),
        isNull(usageSessions.closedAt),
      ),
    );
}

/** A peer on this node; `agoMs` since it was last heard, if that is known. */
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
  /** Hears how many sessions were refused, because others closed them or have the peer now. */
  readonly onFenced?: (count: number) => void;
}

const CHECKPOINT_MS = 10_000;

/** Pause before a checkpoint that could not be made is tried again, milliseconds. */
const RETRY_MS = 1_000;

/** Checkpoints the open sessions of the peers that are here, while this node's lease is held and trusted. */
export function keepCheckpoints(options: CheckpointOptions): AsyncDisposable {
  const { lease, logger, everyMs = CHECKPOINT_MS } = options;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isClosed = false;

  const attempt = async (): Promise<boolean> => {
    try {
      return lease.holds() && lease.isTrusted() && (await checkpoint(options));
    } catch (error) {
      if (isUnavailable(error)) logger.warn({ err: error }, "usage could not be checkpointed");
      else logger.error({ err: error }, "checkpointing usage failed");
      return false;
    }
  };
  const schedule = (afterMs: number): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      const startedAt = performance.now();
      running = attempt().then((done) =>
        schedule(done ? Math.max(0, everyMs - (performance.now() - startedAt)) : Math.min(RETRY_MS, everyMs)),
      );
    }, afterMs);
    timer.unref();
  };
  schedule(everyMs);
  return {
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** @returns whether it was made: not when the lease went while it waited for the database */
function checkpoint({ connection, lease, logger, peers, onFenced }: CheckpointOptions): Promise<boolean> {
  return transact(connection, async (tx) => {
    if (!lease.holds() || !lease.isTrusted()) return false;
    // Asked for within the transaction: whoever is here now was here, or not yet seated, when it began.
    const present = [...peers()];
    const kept = present.length === 0 ? 0 : await advance(tx, lease, present);
    const refused = present.length - kept;
    if (refused > 0) {
      logger.warn({ nodeId: lease.nodeId, refused }, "sessions of peers here were closed or claimed elsewhere");
      onFenced?.(refused);
    }
    return true;
  });
}

async function advance(tx: Transaction, { nodeId, epoch }: Lease, present: readonly PresentPeer[]): Promise<number> {
  const subjectIds = sql.param(present.map(({ subjectId }) => subjectId));
  const peerIds = sql.param(present.map(({ peerId }) => peerId));
  const agosMs = sql.param(present.map(({ agoMs }) => agoMs ?? 0));
  const here = sql`unnest(${subjectIds}::uuid[], ${peerIds}::text[], ${agosMs}::float8[]) as here(subject_id, peer_id, ago_ms)`;
  // Rows under lock are being closed; waiting for one would hold up the leaving of all others.
  const mine = tx
    .select({ id: usageSessions.id, agoMs: sql<number>`here.ago_ms`.as("ago_ms") })
    .from(usageSessions)
    .innerJoin(here, sql`here.subject_id = ${usageSessions.subjectId} and here.peer_id = ${usageSessions.peerId}`)
    .where(and(isNull(usageSessions.closedAt), eq(usageSessions.nodeId, nodeId), eq(usageSessions.nodeEpoch, epoch)))
    .for("update", { of: usageSessions, skipLocked: true })
    .as("mine");
  const kept = await tx
    .update(usageSessions)
    .set({ checkpointedAt: notBefore(agoAt(sql`${mine.agoMs}`)) })
    .from(mine)
    .where(eq(usageSessions.id, mine.id))
    .returning({ id: usageSessions.id });
  return kept.length;
}

/** Rounded down, as the column would round up as well. */
const milliseconds = (at: SQL): SQL => sql`date_trunc('milliseconds', ${at})`;
const agoAt = (agoMs: SQL): SQL => milliseconds(sql`now() - ${agoMs} * interval '1 millisecond'`);
const notBefore = (at: SQL): SQL => sql`greatest(${usageSessions.checkpointedAt}, ${at})`;
