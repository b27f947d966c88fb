import { type Connection, query } from "@radist-tech/db";
import { pause } from "@radist-tech/protocol/timing";
import { sql } from "drizzle-orm";
import { logAvailable, logOutage } from "./database-outage.ts";
import type { Logger } from "./logger.ts";

/** Short enough for `/readyz` to say which check failed before its own deadline. */
const DEADLINE_MS = 1_000;

const EVERY_MS = 2_000;

/** Changes nothing, and is refused where nothing can be changed: by a standby, or without the schema. */
const WRITE_NOTHING = sql`delete from nodes where false`;

/**
 * Asks whether the database takes writes, on a connection of its own: requests that keep the pool busy do not make it
 * fail. Logs the beginning and the end of an outage.
 */
export class DatabaseProbe implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #logger: Logger;
  readonly #mayWatch: () => boolean;
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;

  /** @param mayWatch false while another component reports outages. Default: always true */
  constructor(connection: Connection, logger: Logger, mayWatch = () => true) {
    this.#connection = connection.apart();
    this.#logger = logger;
    this.#mayWatch = mayWatch;
    this.#watching = this.#watch();
  }

  async isUp(): Promise<boolean> {
    await query(this.#connection.db.execute(WRITE_NOTHING), { deadlineMs: DEADLINE_MS });
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #watch(): Promise<void> {
    while (await pause(EVERY_MS, this.#closing.signal)) {
      if (!this.#mayWatch()) continue;
      try {
        await query(this.#connection.db.execute(WRITE_NOTHING));
        logAvailable(this.#logger);
      } catch (error) {
        logOutage(this.#logger, error, "the database was probed");
      }
    }
  }
}
