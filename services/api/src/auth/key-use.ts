import { type Connection, query, secretKeys } from "@radist-tech/db";
import type { Logger } from "@radist-tech/runtime";
import { and, eq, sql } from "drizzle-orm";

/** Keeps `lastUsedAt` of keys accurate to a minute, without delaying the requests that use them. */
export class KeyUse {
  readonly #connection: Connection;
  readonly #logger: Logger;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(connection: Connection, logger: Logger) {
    this.#connection = connection;
    this.#logger = logger;
  }

  /** Returns at once; a failure is logged, and the next use tries again. */
  note(keyId: string): void {
    if (this.#writing.has(keyId)) return;
    const write = this.#write(keyId)
      .catch((error: unknown) => this.#logger.warn({ err: error, keyId }, "the use of a key was not noted"))
      .finally(() => this.#writing.delete(keyId));
    this.#writing.set(keyId, write);
  }

  /** Resolves when all pending writes are done. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  async #write(keyId: string): Promise<void> {
    const isStale = sql`coalesce(${secretKeys.lastUsedAt} < now() - interval '1 minute', true)`;
    await query(
      this.#connection.db
        .update(secretKeys)
        .set({ lastUsedAt: sql`now()` })
        .where(and(eq(secretKeys.id, keyId), isStale)),
    );
  }
}
