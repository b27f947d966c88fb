import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { sharedPostgresUrl } from "./shared-servers.ts";

export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * An empty database of its own on the shared server. Disposal drops it, whoever is still connected.
 * @throws what to install, when this machine has no Postgres to offer.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  // From template0: nobody can be connected to it, which would stop the copy.
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
