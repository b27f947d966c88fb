import { type Connection, report } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { FairQueue } from "./fair-queue.ts";

/** How many connections reports and lists of all projects have; they take none from other requests. */
const CONNECTIONS = 4;

/** How many reports and lists of one project are read at the same time: some connections are left for the others. */
const PER_PROJECT = 2;

/** How many more of one project may wait, and how long, milliseconds. */
const MAX_WAITING = 32;
const PATIENCE_MS = 3_000;

/**
 * Reads reports and lists, which may take long: on connections of their own, and few of one project at the same time, so
 * that a project that asks for many makes nobody wait but itself.
 */
export class Reports {
  readonly #connection: Connection;
  readonly #queue = new FairQueue({ atOnce: PER_PROJECT, maxWaiting: MAX_WAITING, patienceMs: PATIENCE_MS });

  constructor(connection: Connection) {
    this.#connection = connection.apart(CONNECTIONS);
  }

  /**
   * @param signal aborts when the caller is gone: what waits is not read any more
   * @throws {Refusal} `too_many_reports`
   * @throws {DatabaseUnavailable} also when it takes too long
   */
  async read<T>(
    projectId: string,
    signal: AbortSignal,
    work: (connection: Pick<Connection, "db">) => Promise<T>,
  ): Promise<T> {
    const release = await this.#queue.enter(projectId, signal);
    if (!release) throw new Refusal("too_many_reports");
    try {
      return await report(this.#connection, work);
    } finally {
      release();
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
