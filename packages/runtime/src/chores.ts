import { type Connection, chores, isUnavailable, query } from "@radist-tech/db";
import type { NodeId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { Counter, Histogram, type Registry } from "prom-client";
import type { Logger } from "./logger.ts";

/**
 * Periodic work that one node of the cluster does at a time. Two may overlap all the same, when the one that does it is
 * frozen and wakes up: `run` must bear that.
 */
export interface Chore {
  /** Unique in the cluster, kebab-case; also the metrics' label. */
  readonly name: string;
  /** Pause between two runs, milliseconds, shortened or lengthened by up to half at random. */
  readonly everyMs: number;
  /** Ends early when the signal aborts: the process stops. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ChoreOptions {
  readonly connection: Connection;
  readonly nodeId: NodeId;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** How long a node that died may keep others from a chore, milliseconds. */
const LEASE_MS = 2_000;

/** Starts doing chores, each whenever this node holds its lease. Disposal ends them, and gives the leases back. */
export function startChores(options: ChoreOptions, all: readonly Chore[]): AsyncDisposable {
  const stopping = new AbortController();
  const figures = choreFigures(options.registry);
  const running = all.map((chore) => new ChoreRunner(options, chore, figures).keepRunning(stopping.signal));
  let ending: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]() {
      stopping.abort();
      ending ??= Promise.all(running).then(() => {});
      return ending;
    },
  };
}

type ChoreFigures = ReturnType<typeof choreFigures>;

class ChoreRunner {
  readonly #options: ChoreOptions;
  readonly #chore: Chore;
  readonly #figures: ChoreFigures;
  /** Until when this node surely holds the lease, monotonic milliseconds. */
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ChoreOptions, chore: Chore, figures: ChoreFigures) {
    this.#options = options;
    this.#chore = chore;
    this.#figures = figures;
    figures.failures.inc({ chore: chore.name }, 0);
  }

  async keepRunning(stopping: AbortSignal): Promise<void> {
    const { everyMs } = this.#chore;
    while (await pause(everyMs * (0.5 + Math.random()), stopping)) {
      const waitMs = await this.#attempt(() => this.#hold());
      if (waitMs === 0) await this.#attempt(() => this.#run(stopping));
      // Another node does it: asking again before its lease is over would be for nothing.
      else if (waitMs !== undefined) await pause(waitMs, stopping);
    }
    if (this.#heldUntil > performance.now()) await this.#attempt(() => this.#release());
  }

  async #run(stopping: AbortSignal): Promise<void> {
    const { name } = this.#chore;
    const done = this.#figures.seconds.startTimer({ chore: name });
    const renewing = setInterval(() => void this.#attempt(() => this.#hold()), LEASE_MS / 2);
    try {
      await this.#chore.run(stopping);
    } finally {
      clearInterval(renewing);
      done();
    }
  }

  /** @returns how long another node holds the lease, milliseconds; 0 when this one does */
  async #hold(): Promise<number> {
    const { connection, nodeId } = this.#options;
    const askedAt = performance.now();
    if (this.#heldUntil - askedAt > LEASE_MS / 2) return 0;
    const { name } = this.#chore;
    const leaseUntil = sql`now() + ${LEASE_MS} * interval '1 millisecond'`;
    const [lease] = await query(
      connection.db
        .insert(chores)
        .values({ name, nodeId, leaseUntil })
        .onConflictDoUpdate({
          target: chores.name,
          set: {
            nodeId: sql`case when ${mayBeTaken(nodeId)} then ${nodeId} else ${chores.nodeId} end`,
            leaseUntil: sql`case when ${mayBeTaken(nodeId)} then ${leaseUntil} else ${chores.leaseUntil} end`,
          },
        })
        .returning({
          nodeId: chores.nodeId,
          leftMs: sql<number>`(extract(epoch from ${chores.leaseUntil} - now()) * 1000)::float8`,
        }),
    );
    if (!lease || lease.nodeId !== nodeId) return Math.max(1, lease?.leftMs ?? 0);
    this.#heldUntil = askedAt + LEASE_MS;
    return 0;
  }

  async #release(): Promise<void> {
    const { connection, nodeId } = this.#options;
    await query(
      connection.db
        .update(chores)
        .set({ leaseUntil: sql`now()` })
        .where(sql`${chores.name} = ${this.#chore.name} and ${chores.nodeId} = ${nodeId}`),
    );
  }

  /** What fails is tried again when its time comes. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { logger } = this.#options;
      const chore = this.#chore.name;
      this.#figures.failures.inc({ chore });
      if (isUnavailable(error)) logger.warn({ err: error, chore }, "a chore waits for the database");
      else logger.error({ err: error, chore }, "a chore failed");
      return undefined;
    }
  }
}

const mayBeTaken = (nodeId: NodeId) => sql`(${chores.nodeId} = ${nodeId} or ${chores.leaseUntil} <= now())`;

function choreFigures(registry: Registry) {
  const known = {
    seconds: registry.getSingleMetric("radist_chore_seconds") as Histogram<"chore"> | undefined,
    failures: registry.getSingleMetric("radist_chore_failures_total") as Counter<"chore"> | undefined,
  };
  const labelNames = ["chore"] as const;
  const registers = [registry];
  return {
    seconds:
      known.seconds ??
      new Histogram({
        name: "radist_chore_seconds",
        help: "How long a run of a periodic chore took",
        labelNames,
        buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
        registers,
      }),
    failures:
      known.failures ??
      new Counter({
        name: "radist_chore_failures_total",
        help: "Runs of a periodic chore that failed",
        labelNames,
        registers,
      }),
  };
}

/** Does not keep a process alive. False when the signal ended it. */
async function pause(durationMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(end, durationMs).unref();
    signal.addEventListener("abort", end);
  });
}
