import { callPeers, calls, isUnavailable, nodes, query, type Transaction } from "@radist-tech/db";
import type { CallId, Epoch, PeerId } from "@radist-tech/protocol";
import { closeLostSessions } from "@radist-tech/usage";
import { and, eq, isNull, lt, lte, sql } from "drizzle-orm";
import type { NodeContext } from "../node/context.ts";
import type { Departures } from "./departures.ts";

/** How often a node looks, milliseconds, and how much it takes on at once. */
const SWEEP_MS = 1_000;
const BATCH = 200;

/** Steps under way at once: some of a pool, whose other connections are for those who come in. */
const AT_ONCE = 4;

/** A call that somebody is at is left to the next sweep: one that stays locked must not keep all others waiting. */
const UNLOCKED = ["key share", { of: calls, skipLocked: true }] as const;

/**
 * Does what time brings: windows that are over, calls that nobody is connected to, peers whose node is gone. Every
 * node sweeps; the lock on the call makes the second one find nothing to do.
 */
export class Sweeping {
  readonly #node: NodeContext;
  readonly #departures: Departures;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(node: NodeContext, departures: Departures) {
    this.#node = node;
    this.#departures = departures;
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    // Jitter keeps the nodes from sweeping in step.
    this.#timer = setTimeout(
      () => {
        this.#running = this.#attempt(() => this.#sweep()).finally(() => this.#schedule());
      },
      SWEEP_MS * (0.5 + Math.random()),
    );
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    const { lease, metrics } = this.#node;
    if (!this.#mayGoOn()) return;
    await this.#each(new Set([...(await this.#overdue()), ...(await this.#idle())]), async (callId) => {
      await this.#departures.depart(callId, { type: "settle" });
    });
    if (!lease.mayJudge()) return;
    await this.#each(await this.#lost(), async ({ callId, peerId, epoch }) => {
      const close = (tx: Transaction) => closeLostSessions(tx, { subjectId: callId, peerIds: [peerId] });
      const stored = await this.#departures.depart(callId, { type: "disconnect", peerId, epoch }, close);
      if (stored) metrics.lostPeers.inc();
    });
  }

  /** One that fails does not keep the others waiting. */
  async #each<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    const left = items[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (let next = left.next(); !next.done && this.#mayGoOn(); next = left.next()) {
        const { value } = next;
        await this.#attempt(() => work(value));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** With the database away each step would wait for its deadline. */
  #mayGoOn(): boolean {
    return !this.#isClosed && this.#node.lease.holds();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { logger } = this.#node;
      if (isUnavailable(error)) logger.debug({ err: error }, "the sweep waits for the database");
      else logger.error({ err: error }, "the sweep failed");
    }
  }

  /** Calls with a peer whose window to reconnect is over. */
  async #overdue(): Promise<CallId[]> {
    const rows = await query(
      this.#node.connection.db
        .select({ callId: callPeers.callId })
        .from(callPeers)
        .innerJoin(calls, and(eq(calls.id, callPeers.callId), isNull(calls.tombstonedAt)))
        .where(and(eq(callPeers.status, "disconnected"), lte(callPeers.expiresAt, sql`now()`)))
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map(({ callId }) => callId as CallId);
  }

  async #idle(): Promise<CallId[]> {
    const since = sql`now() - ${this.#node.limits.CALL_IDLE_MS} * interval '1 millisecond'`;
    const rows = await query(
      this.#node.connection.db
        .select({ callId: calls.id })
        .from(calls)
        .where(and(isNull(calls.tombstonedAt), lte(calls.idleSince, since)))
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map(({ callId }) => callId as CallId);
  }

  /** Peers of nodes whose lease has run out, and of earlier processes under this node's own id. */
  async #lost(): Promise<{ callId: CallId; peerId: PeerId; epoch: Epoch }[]> {
    const { connection, lease } = this.#node;
    const rows = await query(
      connection.db
        .select({ callId: callPeers.callId, peerId: callPeers.peerId, epoch: callPeers.epoch })
        .from(callPeers)
        .innerJoin(nodes, eq(nodes.id, callPeers.nodeId))
        .innerJoin(calls, and(eq(calls.id, callPeers.callId), isNull(calls.tombstonedAt)))
        .where(
          and(
            eq(callPeers.status, "connected"),
            sql`(${lt(nodes.leaseUntil, sql`now()`)} or (${eq(nodes.id, lease.nodeId)} and ${lt(callPeers.nodeEpoch, lease.epoch)}))`,
          ),
        )
        .limit(BATCH)
        .for(...UNLOCKED),
    );
    return rows.map((row) => ({
      callId: row.callId as CallId,
      peerId: row.peerId as PeerId,
      epoch: row.epoch as Epoch,
    }));
  }
}
