import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Database } from "./database.ts";
import { type DatabaseAddress, readDatabaseUrl } from "./database-url.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { lockDirectory } from "./directory-lock.ts";
import { runMigrations } from "./migrations.ts";
import * as schema from "./schema.ts";

/** An open database. */
export interface Connection extends AsyncDisposable {
  readonly db: Database;
  /** Brings the schema up to date; several processes may do so at once. */
  migrate(): Promise<void>;
  /** Connections outside the pool, for work that must not queue behind everything else, or that everything else must
   * not queue behind. Default: one. */
  apart(maxConnections?: number): Connection;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Size of the pool; the embedded database has one connection. */
  readonly maxConnections?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Where migrations go, past a pooler; default: where everything goes. */
  readonly directUrl?: string | undefined;
  /** Hears what a person who runs this should know of the URL. */
  readonly onNotice?: (notice: string) => void;
}

/** After this long the server aborts what its caller has given up, and what had the chance to finish a little late. */
const ABANDONED_MS = 2 * DEADLINE_MS;

/** A connection on which no answer came for so long is closed: the path to the server may be dead without an error. */
const UNANSWERED_SECONDS = (DEADLINE_MS + 2_000) / 1_000;

/** A prepared statement takes one round trip instead of two, and lets the next one be sent at once. */
const PREPARED_PARAMETERS = 40;

/** The default of 128 MB is resident from the start, whatever it holds; pages beyond these come from the system's cache. */
const EMBEDDED_BUFFERS = "16MB";

/**
 * Opens a database by its URL: `postgres://…`, or the embedded PGlite as `pglite:<directory>` or `pglite:memory`.
 * If Postgres is down, this succeeds and queries fail until it is up.
 *
 * @throws {InvalidDatabaseUrl}
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  if (url.startsWith("pglite:")) return connectEmbedded(url.slice("pglite:".length));
  const address = readDatabaseUrl(url);
  const direct = options.directUrl === undefined ? address : readDatabaseUrl(options.directUrl);
  for (const name of new Set([...address.ignored, ...direct.ignored])) {
    options.onNotice?.(`The database's URL has the parameter ${name}, which is ignored.`);
  }
  return connectPostgres(address, direct, options);
}

function connectPostgres(address: DatabaseAddress, direct: DatabaseAddress, options: ConnectOptions): Connection {
  const { maxConnections = 10, applicationName = "radist" } = options;
  const settings = driverSettings(address, applicationName);
  const client = openDriver({
    ...settings,
    max: maxConnections,
    answer_timeout: UNANSWERED_SECONDS,
    drop_read_only: true,
    prepare_up_to: PREPARED_PARAMETERS,
    // Abandoned work must not hold locks and a connection of the pool: a process that was frozen within a transaction
    // would block all others at its rows. Set in each transaction, because behind a pooler sessions are shared; for single
    // statements at the start of the session, where the server accepts it.
    begin_with:
      `set local statement_timeout = ${ABANDONED_MS}; ` +
      `set local idle_in_transaction_session_timeout = ${ABANDONED_MS}`,
    connection: { ...settings.connection, statement_timeout: ABANDONED_MS },
  });
  return disposable({
    db: drizzlePostgres(client, { schema }),
    async migrate() {
      const session = openDriver({ ...driverSettings(direct, `${applicationName} migration`), max: 1 });
      try {
        await runMigrations(drizzlePostgres(session, { schema }));
      } finally {
        await session.end({ timeout: 5 });
      }
    },
    apart: (apart = 1) => connectPostgres(address, direct, { ...options, maxConnections: apart }),
    close: () => client.end({ timeout: 5 }),
  });
}

/** What postgres.js is told, by our patch of it as well (packages/db/patches). */
type DriverSettings = Omit<postgres.Options<Record<string, postgres.PostgresType>>, "host" | "port"> & {
  host?: string[];
  port?: number[];
  /** Seconds; see {@link UNANSWERED_SECONDS}. */
  answer_timeout?: number;
  /** A connection that refuses a write because its server is no primary is closed, and those that are idle with it. */
  drop_read_only?: boolean;
  /** Statements with so many parameters or fewer are prepared, unless a pooler shares the session. */
  prepare_up_to?: number;
  /** Statements that follow each `begin`, in the same message. */
  begin_with?: string;
};

/** postgres.js takes lists of hosts and ports, and our additions, but its types know neither. */
const openDriver = (settings: DriverSettings): postgres.Sql => postgres(settings as object);

function driverSettings(address: DatabaseAddress, applicationName: string): DriverSettings {
  const { hosts, user, password, database, tls, directTls, sessionAttributes, connectTimeoutSeconds = 5 } = address;
  return {
    host: hosts.map(({ host }) => host),
    port: hosts.map(({ port }) => port),
    ...(hosts[0]?.host.startsWith("/") && { path: `${hosts[0].host}/.s.PGSQL.${hosts[0].port}` }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    ssl: tls,
    ...(directTls && { sslnegotiation: "direct" }),
    ...(sessionAttributes && { target_session_attrs: sessionAttributes }),
    connect_timeout: connectTimeoutSeconds,
    // Seconds. The default grows to 20, which would prolong every outage by as much.
    backoff: (attempt: number) => Math.min(1, 0.05 * 2 ** attempt) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: { application_name: applicationName, ...address.session },
  };
}

async function connectEmbedded(directory: string): Promise<Connection> {
  const release = directory === "memory" ? () => {} : lockDirectory(directory);
  try {
    // Loaded here, because a process on a server has no use for an embedded one.
    const { PGlite } = await import("@electric-sql/pglite");
    const { drizzle: drizzlePglite } = await import("drizzle-orm/pglite");
    const client = await PGlite.create(directory === "memory" ? "memory://" : directory, {
      startParams: [...PGlite.defaultStartParams, "-c", `shared_buffers=${EMBEDDED_BUFFERS}`],
    });
    const db = drizzlePglite(client, { schema });
    let migrating: Promise<void> | undefined;
    const migrate = (): Promise<void> => {
      migrating ??= runMigrations(db).finally(() => {
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
