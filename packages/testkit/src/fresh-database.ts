import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { sharedPostgresUrl } from "./shared-servers.ts";

export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * A new, empty database on the shared server. Disposal drops it, even while clients are connected.
 * @throws what to install, when this machine has no Postgres.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  // From template0: it allows no connections, which would prevent the copy.
  await administer(`create database ${name} template template0`);
  const url = new URL(sharedPostgresUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => administer(`drop database if exists ${name} with (force)`),
  };
}

async function administer(statement: string): Promise<void> {
  const sql = postgres(sharedPostgresUrl(), { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
