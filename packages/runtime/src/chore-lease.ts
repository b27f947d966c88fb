import { type Connection, chores, query } from "@radist-tech/db";
import type { NodeId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { longestPauseMs } from "./chore-timing.ts";

/** What the lease outlives the longest pause between two runs by, milliseconds: a run that starts a little late. */
const MARGIN_MS = 500;

/** How long a node that died keeps others from a chore at least, milliseconds. */
const SHORTEST_LEASE_MS = 2_000;

/**
 * One node's lease on a chore, by the database's clock. It lasts from one run to the next, so that the cluster does the
 * chore as often as one node would.
 */
export class ChoreLease {
  readonly durationMs: number;
  readonly #connection: Connection;
  readonly #name: string;
  readonly #nodeId: NodeId;
  /** Until when no other node can hold it, monotonic milliseconds. */
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(connection: Connection, nodeId: NodeId, chore: { readonly name: string; readonly everyMs: number }) {
    this.#connection = connection;
    this.#nodeId = nodeId;
    this.#name = chore.name;
    this.durationMs = Math.max(SHORTEST_LEASE_MS, longestPauseMs(chore.everyMs) + MARGIN_MS);
  }

  /** @returns how long another node holds the lease, milliseconds; 0 when this one does */
  async hold(): Promise<number> {
    // The lease runs from before the request: by then at the latest the database had set its own, later end.
    const askedAt = performance.now();
    const mayTake = sql`(${chores.nodeId} = ${this.#nodeId} or ${chores.leaseUntil} <= now())`;
    const leaseUntil = sql`now() + ${this.durationMs} * interval '1 millisecond'`;
    const [row] = await query(
      this.#connection.db
        .insert(chores)
        .values({ name: this.#name, nodeId: this.#nodeId, leaseUntil })
        .onConflictDoUpdate({
          target: chores.name,
          set: {
            nodeId: sql`case when ${mayTake} then ${this.#nodeId} else ${chores.nodeId} end`,
            leaseUntil: sql`case when ${mayTake} then ${leaseUntil} else ${chores.leaseUntil} end`,
          },
        })
        .returning({
          nodeId: chores.nodeId,
          leftMs: sql<number>`(extract(epoch from ${chores.leaseUntil} - now()) * 1000)::float8`,
        }),
    );
    if (row?.nodeId === this.#nodeId) {
      this.#heldUntil = askedAt + this.durationMs;
      return 0;
    }
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    return Math.max(1, row?.leftMs ?? 0);
  }

  /** Gives the lease back, if this node may have it. */
  async release(): Promise<void> {
    if (this.#heldUntil <= performance.now()) return;
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    await query(
      this.#connection.db
        .update(chores)
        .set({ leaseUntil: sql`date_trunc('milliseconds', now())` })
        .where(sql`${chores.name} = ${this.#name} and ${chores.nodeId} = ${this.#nodeId}`),
    );
  }
}
