import { type Connection, isUnavailable, nodes, query } from "@radist-tech/db";
import type { NodeId } from "@radist-tech/protocol";
import { and, eq, sql } from "drizzle-orm";
import { logOutage } from "./database-outage.ts";
import type { Logger } from "./logger.ts";

/** Durations of a lease, milliseconds. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
}

const DEFAULT_TIMES: LeaseTimes = { leaseMs: 5_000, renewMs: 1_500 };

/**
 * A node's right to own peers and rooms: a row in Postgres, renewed every `renewMs`, valid for `leaseMs` by the
 * database's clock. No other node takes over what a node owns before its lease has expired.
 */
export interface Lease extends AsyncDisposable {
  readonly nodeId: NodeId;
  /** Incremented by each process that claims this node id. */
  readonly epoch: number;
  /** Renewed less than a lease ago: no other node can have taken over anything. */
  holds(): boolean;
  /**
   * False from the moment this process notices that it was frozen for a lease, until it has renewed the lease and
   * `onLapse` has compared what it holds with the database.
   */
  isTrusted(): boolean;
  /** False until a whole lease after the start, or after an outage: other nodes need the chance to renew first. */
  mayJudge(): boolean;
  close(): Promise<void>;
}

export interface LeaseOptions {
  readonly connection: Connection;
  readonly nodeId: NodeId;
  readonly service: string;
  readonly logger: Logger;
  readonly times?: LeaseTimes;
  /** The lease had expired and is valid again: compare what this node holds with the database. */
  readonly onLapse: () => Promise<void>;
  /** Another process claimed this node id: release everything. */
  readonly onSuperseded: () => void;
}

/**
 * Claims a node id. While the database is unavailable it keeps trying, and holds no lease yet.
 */
export function holdLease(options: LeaseOptions): Lease {
  const { nodeId, service, logger, onLapse } = options;
  // A renewal that queued behind a burst of joins would come too late.
  const connection = options.connection.apart();
  const { leaseMs, renewMs } = options.times ?? DEFAULT_TIMES;
  const leaseUntil = sql`now() + ${leaseMs} * interval '1 millisecond'`;
  let epoch = 0;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let judgeFrom = Number.POSITIVE_INFINITY;
  let lastTick = performance.now();
  let trusted = true;
  /** How often others may have taken over what is held here; a comparison proves nothing if this grew during it. */
  let doubts = 0;
  let owesComparison = false;
  let comparing: Promise<void> | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const tickMs = Math.min(500, renewMs);
  const heldAt = (time: number): boolean => time - renewedAt < leaseMs;

  /**
   * A process cannot notice that it is stopped, only a gap between its ticks afterwards. A gap in which the lease expired
   * is too long; one that expired while the ticks continued says something about the database, not about this process.
   */
  const tick = (): void => {
    const now = performance.now();
    const ranOut = heldAt(lastTick) && !heldAt(now);
    if (now - lastTick > leaseMs || (ranOut && now - lastTick > 2 * tickMs)) {
      trusted = false;
      doubts++;
    }
    lastTick = now;
  };
  const ticking = setInterval(tick, tickMs);

  const claim = async (): Promise<void> => {
    const [row] = await query(
      connection.db
        .insert(nodes)
        .values({ id: nodeId, service, epoch: 1, leaseUntil })
        .onConflictDoUpdate({
          target: nodes.id,
          set: { service, epoch: sql`${nodes.epoch} + 1`, leaseUntil, startedAt: sql`now()` },
        })
        .returning({ epoch: nodes.epoch }),
      { deadlineMs: renewMs },
    );
    epoch = row?.epoch ?? 0;
  };

  /** @returns whether the lease had lapsed, by the database's clock; nothing when another process has claimed the id */
  const renew = async (): Promise<{ readonly hadLapsed: boolean } | undefined> => {
    const before = connection.db
      .select({ id: nodes.id, hadLapsed: sql<boolean>`${nodes.leaseUntil} <= now()`.as("had_lapsed") })
      .from(nodes)
      .where(and(eq(nodes.id, nodeId), eq(nodes.epoch, epoch)))
      .for("update")
      .as("before");
    const [renewed] = await query(
      connection.db
        .update(nodes)
        .set({ leaseUntil })
        .from(before)
        .where(eq(nodes.id, before.id))
        .returning({ hadLapsed: before.hadLapsed }),
      { deadlineMs: renewMs },
    );
    return renewed;
  };

  const beat = async (): Promise<void> => {
    tick();
    // The lease counts from before the request: the end that the database has set is later.
    const startedAt = performance.now();
    if (startedAt - renewedAt > leaseMs) {
      owesComparison = true;
      doubts++;
    }
    let asOf = doubts;
    if (epoch === 0) await claim();
    else {
      const renewed = await renew();
      if (!renewed) {
        logger.error({ nodeId }, "another process uses this node id");
        closed = true;
        options.onSuperseded();
        return;
      }
      // The clocks of a virtual machine stand still while it is paused: only the database knows.
      if (renewed.hadLapsed && !owesComparison) {
        logger.warn({ nodeId }, "the lease had lapsed without this process noticing");
        trusted = false;
        owesComparison = true;
        asOf = ++doubts;
      }
    }
    renewedAt = startedAt;
    tick();
    // Frozen during the renewal: the answer of the database may be out of date.
    if (doubts !== asOf) return;
    if (!owesComparison && trusted) return;
    owesComparison = true;
    judgeFrom = startedAt + leaseMs;
    // Concurrently with the renewals, not between two of them: a comparison may take longer than a lease.
    comparing ??= compare().finally(() => {
      comparing = undefined;
    });
  };

  /** A comparison that fails, or is overtaken by another doubt, is due again at the next beat. */
  const compare = async (): Promise<void> => {
    const asOf = doubts;
    try {
      await onLapse();
    } catch (error) {
      logger.warn({ nodeId, err: error }, "what this node holds could not be compared with the database");
      return;
    }
    if (doubts !== asOf) return;
    owesComparison = false;
    trusted = true;
  };

  const keep = async (): Promise<void> => {
    try {
      await beat();
    } catch (error) {
      if (isUnavailable(error)) logOutage(logger, error, "the lease could not be renewed", { nodeId });
      else logger.error({ nodeId, err: error }, "renewing the lease failed");
    }
    if (closed) clearInterval(ticking);
    else
      timer = setTimeout(() => {
        keeping = keep();
      }, renewMs);
  };
  let keeping = keep();

  const end = async (): Promise<void> => {
    const isOurs = !closed;
    closed = true;
    clearTimeout(timer);
    clearInterval(ticking);
    await keeping;
    await comparing;
    if (isOurs) await release();
    await connection.close();
  };

  const release = async (): Promise<void> => {
    // The row stays, so that the next process with this id gets a higher epoch.
    const released = connection.db
      .update(nodes)
      .set({ leaseUntil: sql`now()` })
      .where(and(eq(nodes.id, nodeId), eq(nodes.epoch, epoch)));
    await query(released, { deadlineMs: renewMs }).catch((error: unknown) =>
      logger.warn({ nodeId, err: error }, "the lease could not be released, and will expire"),
    );
  };

  let ending: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ending ??= end();
    return ending;
  };

  return {
    nodeId,
    get epoch() {
      return epoch;
    },
    holds: () => !closed && heldAt(performance.now()),
    isTrusted: () => {
      tick();
      return trusted;
    },
    mayJudge: () => !closed && trusted && performance.now() >= judgeFrom,
    close,
    [Symbol.asyncDispose]: close,
  };
}
