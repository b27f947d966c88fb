import { type Connection, connect } from "@radist-tech/db";
import { ownPostgres } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { startBare } from "../platform.ts";

/** A bare server with a database of its own, which has nothing but a table of tokens. */
export interface BareTokenServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly db: Connection["db"];
}

/** @param main in this folder */
export async function startBareTokenServer(main: string): Promise<BareTokenServer> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await ownPostgres());
  const { db } = stack.use(await connect(postgres.url));
  await db.execute(sql`create table tokens (
    hash bytea primary key, call_id uuid not null, expires_at timestamptz not null, used_at timestamptz)`);
  const { process, port } = stack.use(await startBare(`joins/${main}`, { DATABASE_URL: postgres.url }));
  const owned = stack.move();
  return { pid: process.pid, port, db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
