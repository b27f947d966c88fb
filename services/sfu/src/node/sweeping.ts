import { isUnavailable, nodes, query, roomPeers, rooms, transact } from "@radist-tech/db";
import type { NodeId, RoomId } from "@radist-tech/protocol";
import { type RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { orphan } from "@radist-tech/rooms";
import { and, eq, exists, inArray, isNotNull, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { NodeContext } from "./context.ts";

/** How often a node looks, milliseconds, and how much it takes on at once. */
const SWEEP_MS = 1_000;
const BATCH = 100;

/** A home frees the places of its own peers itself; this much later, milliseconds, nobody does. */
const GRACE_MS = 3_000;

/** A room that somebody is at is left to the next sweep: one that stays locked must not keep all others waiting. */
const UNLOCKED = ["update", { of: rooms, skipLocked: true }] as const;

/** Hears which of the nodes that something here depends on are gone. */
export interface Watcher {
  readonly watched: () => readonly NodeId[];
  /** @param isGone tells of a node, or of one process under its name */
  readonly looked: (isGone: (node: NodeId, epoch?: number) => boolean) => void;
}

/**
 * Does what time brings: rooms whose home is gone, places whose window is over, rooms that nobody is in. Every node
 * sweeps; the lock on the room makes the second one find nothing to do.
 */
export class Sweeping {
  readonly #node: NodeContext;
  readonly #watcher: Watcher;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(node: NodeContext, watcher: Watcher) {
    this.#node = node;
    this.#watcher = watcher;
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
        this.#running = this.#sweep().finally(() => this.#schedule());
      },
      SWEEP_MS * (0.5 + Math.random()),
    );
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    const { lease } = this.#node;
    const work = [() => this.#overdue(), () => this.#idle()];
    if (lease.mayJudge())
      work.unshift(
        () => this.#deadNodes(),
        () => this.#orphaned(),
      );
    for (const each of work) {
      if (this.#isClosed || !lease.holds()) return;
      try {
        await each();
      } catch (error) {
        const { logger } = this.#node;
        if (isUnavailable(error)) logger.debug({ err: error }, "the sweep waits for the database");
        else logger.error({ err: error }, "the sweep failed");
      }
    }
  }

  async #deadNodes(): Promise<void> {
    const watched = this.#watcher.watched();
    if (watched.length === 0) return;
    const rows = await query(
      this.#node.connection.db
        .select({ id: nodes.id, epoch: nodes.epoch, isOver: sql<boolean>`${nodes.leaseUntil} < now()` })
        .from(nodes)
        .where(inArray(nodes.id, [...watched])),
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    this.#watcher.looked((id, epoch) => {
      const node = known.get(id);
      return node !== undefined && (node.isOver || (epoch !== undefined && node.epoch > epoch));
    });
  }

  /** Rooms with people in them whose home is gone, or that have ended without a home to see to it. */
  async #orphaned(): Promise<void> {
    const { connection, limits } = this.#node;
    const isDead = sql`(${nodes.leaseUntil} < now() or ${nodes.epoch} <> ${rooms.homeNodeEpoch})`;
    const hasEnded = sql`${rooms.tombstonedAt} < now() - ${GRACE_MS} * interval '1 millisecond'`;
    await transact(connection, async (tx) => {
      const people = tx.select({ one: sql`1` }).from(roomPeers).where(eq(roomPeers.roomId, rooms.id));
      const found = await tx
        .select({ id: rooms.id, tombstonedAt: rooms.tombstonedAt })
        .from(rooms)
        .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
        .where(or(and(isNotNull(rooms.homeNodeId), isDead), and(hasEnded, exists(people))))
        .limit(BATCH)
        .for(...UNLOCKED);
      for (const room of found) {
        await orphan(tx, room.id as RoomId, limits.RESUME_WINDOW_MS);
        if (room.tombstonedAt) await tx.delete(roomPeers).where(eq(roomPeers.roomId, room.id));
        await tx
          .update(rooms)
          .set({
            homeNodeId: null,
            homeNodeEpoch: null,
            homeEpoch: sql`${rooms.homeEpoch} + 1`,
            idleSince: sql`coalesce(${rooms.idleSince}, now())`,
          })
          .where(eq(rooms.id, room.id));
      }
    });
  }

  /** Places that nobody came back to. */
  async #overdue(): Promise<void> {
    const until = sql`now() - ${GRACE_MS} * interval '1 millisecond'`;
    await query(
      this.#node.connection.db
        .delete(roomPeers)
        .where(and(eq(roomPeers.status, "disconnected"), lte(roomPeers.expiresAt, until))),
    );
  }

  async #idle(): Promise<void> {
    const until = sql`now() - ${rooms.idleSeconds} * interval '1 second'`;
    const ended = await transact(this.#node.connection, async (tx) => {
      const found = await tx
        .select({ id: rooms.id })
        .from(rooms)
        .where(and(isNull(rooms.tombstonedAt), lt(rooms.idleSince, until)))
        .limit(BATCH)
        .for(...UNLOCKED);
      if (found.length === 0) return [];
      const ids = found.map(({ id }) => id);
      await tx.update(rooms).set({ tombstonedAt: sql`now()`, tombstoneReason: "idle" }).where(inArray(rooms.id, ids));
      await tx.delete(roomPeers).where(inArray(roomPeers.roomId, ids));
      return ids as RoomId[];
    });
    for (const roomId of ended) this.#announce({ type: "room_ended", roomId });
  }

  #announce(control: RoomControl): void {
    const { bus, logger } = this.#node;
    try {
      bus.publish(SFU_SUBJECTS.control, Buffer.from(JSON.stringify(control)));
    } catch (error) {
      // Homes compare with the database when the bus is back.
      logger.debug({ err: error }, "the end of a room was not announced");
    }
  }
}
