import { type Connection, isUnavailable } from "@radist-tech/db";
import type { NodeId } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import type { Registry } from "prom-client";
import { ChoreLease } from "./chore-lease.ts";
import { type ChoreMetrics, choreMetrics } from "./chore-metrics.ts";
import { jitteredMs, retryMs } from "./chore-timing.ts";
import { logUnavailable } from "./database-outage.ts";
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
  /** Default true. False: every node does it, without asking for a lease; for work that excludes others by itself. */
  readonly isLeased?: boolean;
  /** Ends early when the signal aborts: the process stops, or another node has taken the chore over. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ChoreOptions {
  readonly connection: Connection;
  readonly nodeId: NodeId;
  readonly logger: Logger;
  readonly registry: Registry;
  /** While false no chore is done, such as before the schema is up to date. Default: always true. */
  readonly mayRun?: () => boolean;
}

/** Starts doing chores, each whenever this node holds its lease. Disposal ends them, and gives the leases back. */
export function startChores(options: ChoreOptions, all: readonly Chore[]): AsyncDisposable {
  const stopping = new AbortController();
  const metrics = choreMetrics(options.registry);
  const running = all.map((chore) => new ChoreRunner(options, chore, metrics).keepRunning(stopping.signal));
  let ending: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]() {
      stopping.abort();
      ending ??= Promise.all(running).then(() => {});
      return ending;
    },
  };
}

class ChoreRunner {
  readonly #options: ChoreOptions;
  readonly #chore: Chore;
  readonly #metrics: ChoreMetrics;
  readonly #lease: ChoreLease | undefined;
  #failuresInARow = 0;

  constructor(options: ChoreOptions, chore: Chore, metrics: ChoreMetrics) {
    this.#options = options;
    this.#chore = chore;
    this.#metrics = metrics;
    if (chore.isLeased ?? true) this.#lease = new ChoreLease(options.connection, options.nodeId, chore);
    metrics.failures.inc({ chore: chore.name }, 0);
  }

  async keepRunning(stopping: AbortSignal): Promise<void> {
    let pauseMs = jitteredMs(this.#chore.everyMs);
    while (await pause(pauseMs, stopping)) pauseMs = await this.#turn(stopping);
    await this.#attempt(async () => this.#lease?.release());
  }

  /** @returns the pause before the next one, milliseconds */
  async #turn(stopping: AbortSignal): Promise<number> {
    const { everyMs } = this.#chore;
    const { mayRun = () => true } = this.#options;
    if (!mayRun()) return jitteredMs(everyMs);
    const outcome = await this.#attempt(async () => {
      const othersForMs = (await this.#lease?.hold()) ?? 0;
      if (othersForMs === 0) await this.#run(stopping);
      return { othersForMs };
    });
    this.#failuresInARow = outcome ? 0 : this.#failuresInARow + 1;
    if (!outcome) return retryMs(everyMs, this.#failuresInARow);
    // Another node does it: asking again before its lease is over would be for nothing.
    return outcome.othersForMs || jitteredMs(everyMs);
  }

  async #run(stopping: AbortSignal): Promise<void> {
    const takenOver = new AbortController();
    const stopRenewing = this.#keepRenewing(() => takenOver.abort());
    const stopTimer = this.#metrics.seconds.startTimer({ chore: this.#chore.name });
    try {
      await this.#chore.run(AbortSignal.any([stopping, takenOver.signal]));
    } finally {
      stopTimer();
      await stopRenewing();
    }
  }

  /** A run may take longer than the lease is good for. Returns what ends the renewing. */
  #keepRenewing(onTakenOver: () => void): () => Promise<void> {
    const lease = this.#lease;
    if (!lease) return async () => {};
    let renewal = Promise.resolve();
    const renew = async (): Promise<void> => {
      const othersForMs = await this.#attempt(() => lease.hold());
      if (othersForMs) onTakenOver();
    };
    const renewing = setInterval(() => {
      renewal = renewal.then(renew);
    }, lease.durationMs / 3);
    renewing.unref();
    return () => {
      clearInterval(renewing);
      return renewal;
    };
  }

  /** Counts and logs a failure; undefined then. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { logger } = this.#options;
      const chore = this.#chore.name;
      this.#metrics.failures.inc({ chore });
      if (isUnavailable(error)) logUnavailable(logger, error, "a chore waits for the database", { chore });
      else logger.error({ err: error, chore }, "a chore failed");
      return undefined;
    }
  }
}
