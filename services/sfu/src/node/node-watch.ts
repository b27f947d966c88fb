import { isUnavailable, nodes, onPrimary, query } from "@radist-tech/db";
import type { NodeId } from "@radist-tech/protocol";
import { and, inArray, sql } from "drizzle-orm";
import type { NodeContext } from "./context.ts";

/** How often a node looks whether others are alive, milliseconds. */
const LOOK_MS = 1_000;

export interface NodeWatchOptions {
  /** The nodes that sockets or rooms here depend on. */
  readonly watched: () => readonly NodeId[];
  /** @param isGone whether a node, or one process under its id, is gone */
  readonly onLook: (isGone: (node: NodeId, epoch?: number) => boolean) => void;
}

/** Watches the leases of the nodes that something on this one depends on. */
export class NodeWatch implements AsyncDisposable {
  readonly #node: NodeContext;
  readonly #options: NodeWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(node: NodeContext, options: NodeWatchOptions) {
    this.#node = node;
    this.#options = options;
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    // Jitter keeps the nodes from asking in step.
    this.#timer = setTimeout(
      () => {
        this.#looking = this.#attempt().finally(() => this.#schedule());
      },
      LOOK_MS * (0.5 + Math.random()),
    );
    this.#timer.unref();
  }

  async #attempt(): Promise<void> {
    const { lease, logger } = this.#node;
    if (!lease.mayJudge() || !lease.holds()) return;
    try {
      await this.#look();
    } catch (error) {
      if (isUnavailable(error)) logger.debug({ err: error }, "the leases of other nodes could not be read");
      else logger.error({ err: error }, "watching other nodes failed");
    }
  }

  async #look(): Promise<void> {
    const watched = this.#options.watched();
    if (watched.length === 0) return;
    const rows = await query(
      this.#node.connection.db
        .select({ id: nodes.id, epoch: nodes.epoch, isOver: sql<boolean>`${nodes.leaseUntil} < now()` })
        .from(nodes)
        .where(and(inArray(nodes.id, [...watched]), onPrimary)),
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    this.#options.onLook((id, epoch) => {
      const node = known.get(id);
      return node !== undefined && (node.isOver || (epoch !== undefined && node.epoch > epoch));
    });
  }
}
