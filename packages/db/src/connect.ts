import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { DEADLINE_MS } from "./deadline.ts";
import { lockDirectory } from "./directory-lock.ts";
import * as schema from "./schema.ts";

/** Queries by drizzle, alike for Postgres and for the embedded default. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** An open database. */
export interface Connection extends AsyncDisposable {
  readonly db: Database;
  /** Brings the schema up to date; several processes may do so at once. */
  migrate(): Promise<void>;
  /** A connection outside the pool, for work that must not queue behind everything else. */
  apart(): Connection;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Size of the pool; the embedded database has one connection. */
  readonly maxConnections?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

/** After this long the server aborts what its caller has given up, and what had the chance to finish a little late. */
const ABANDONED_MS = 2 * DEADLINE_MS;

/** "radist" as a number: the lock at which concurrent migrations queue. */
const MIGRATION_LOCK = 0x726164;

/**
 * Opens a database by its URL: `postgres://…`, or the embedded PGlite as `pglite:<directory>` or `pglite:memory`.
 * If Postgres is down, this succeeds and queries fail until it is up.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  if (url.startsWith("pglite:")) return connectEmbedded(url.slice("pglite:".length));
  return connectPostgres(url, options);
}

function connectPostgres(url: string, options: ConnectOptions): Connection {
  const settings = {
    connect_timeout: 5,
    // Seconds. The default grows to 20, which would prolong every outage by as much.
    backoff: (attempt: number) => Math.min(1, 0.05 * 2 ** attempt) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: { application_name: options.applicationName ?? "radist" },
  };
  const client = postgres(url, {
    ...settings,
    max: options.maxConnections ?? 10,
    connection: {
      ...settings.connection,
      // Abandoned work must not hold locks and a connection of the pool: a process that was frozen within a transaction
      // would block all others at its rows.
      statement_timeout: ABANDONED_MS,
      idle_in_transaction_session_timeout: ABANDONED_MS,
    },
  });
  return disposable({
    db: drizzlePostgres(client, { schema }),
    async migrate() {
      // An advisory lock belongs to its session, so migrating has a connection of its own.
      const session = postgres(url, { ...settings, max: 1 });
      try {
        await session`select pg_advisory_lock(${MIGRATION_LOCK})`;
        await migratePostgres(drizzlePostgres(session), { migrationsFolder: MIGRATIONS });
      } finally {
        await session.end({ timeout: 5 });
      }
    },
    apart: () => connectPostgres(url, { ...options, maxConnections: 1 }),
    close: () => client.end({ timeout: 5 }),
  });
}

async function connectEmbedded(directory: string): Promise<Connection> {
  const release = directory === "memory" ? () => {} : lockDirectory(directory);
  try {
    const client = await PGlite.create(directory === "memory" ? "memory://" : directory);
    const db = drizzlePglite(client, { schema });
    let migrating: Promise<void> | undefined;
    // There is only one session, in which an advisory lock has no effect.
    const migrate = (): Promise<void> => {
      migrating ??= migratePglite(db, { migrationsFolder: MIGRATIONS }).finally(() => {
        migrating = undefined;
      });
      return migrating;
    };
    // The embedded database has only this connection.
    const apart = (): Connection => disposable({ db, migrate, apart, close: async () => {} });
    return disposable({
      db,
      migrate,
      apart,
      async close() {
        try {
          await client.close();
        } finally {
          release();
        }
      },
    });
  } catch (error) {
    release();
    throw error;
  }
}

function disposable(connection: Omit<Connection, typeof Symbol.asyncDispose>): Connection {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= connection.close();
    return closing;
  };
  return { ...connection, close, [Symbol.asyncDispose]: close };
}
