import { type Connection, query } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** Short enough for `/readyz` to say which check failed before its own deadline. */
const DEADLINE_MS = 1_000;

/** Asks whether the database answers, on a connection of its own: requests that keep the pool busy do not make it fail. */
export class DatabaseProbe implements AsyncDisposable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection.apart();
  }

  async isUp(): Promise<boolean> {
    await query(this.#connection.db.execute(sql`select 1`), { deadlineMs: DEADLINE_MS });
    return true;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
