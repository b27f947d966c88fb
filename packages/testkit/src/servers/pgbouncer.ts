import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findAccount, isRoot } from "../machine/account.ts";
import { folderWith, pathFolders } from "../machine/programs.ts";
import { POSTGRES } from "./postgres.ts";
import type { ServerKind, ServerProgram } from "./server-kind.ts";

/** A PgBouncer in transaction mode, in front of a Postgres. `settings` are lines of its configuration file. */
export function pgbouncer(databaseUrl: string, settings: readonly string[] = []): ServerKind {
  return {
    name: "PgBouncer",
    variable: "TEST_PGBOUNCER_URL",
    debianPackages: ["pgbouncer"],
    advice: "install PgBouncer (Debian: apt-get install pgbouncer, macOS: brew install pgbouncer)",
    findProgram: () => findProgram(new URL(databaseUrl), settings),
    url: (host, port) => {
      const { username, pathname } = new URL(databaseUrl);
      return `postgres://${username}@${host}:${port}${pathname}`;
    },
    probe: (url) => POSTGRES.probe(url),
  };
}

function findProgram(database: URL, settings: readonly string[]): ServerProgram | undefined {
  const folder = folderWith(pathFolders(), "pgbouncer");
  if (!folder) return undefined;
  // Like Postgres it refuses to run as root.
  const account = isRoot() ? findAccount("postgres", "nobody") : undefined;
  return {
    ...(account && { account }),
    stopSignal: "SIGTERM",
    async prepare() {},
    command: async (directory, port) => {
      const file = join(directory, "pgbouncer.ini");
      const users = join(directory, "users.txt");
      await writeFile(users, `"${database.username}" ""\n`);
      await writeFile(file, configuration({ database, port, users, settings }));
      return { file: join(folder, "pgbouncer"), args: [file] };
    },
  };
}

function configuration(of: { database: URL; port: number; users: string; settings: readonly string[] }): string {
  const { database, port, users, settings } = of;
  return [
    "[databases]",
    `* = host=${database.hostname} port=${database.port}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = trust",
    `auth_file = ${users}`,
    "pool_mode = transaction",
    "max_client_conn = 500",
    "default_pool_size = 20",
    ...settings,
    "",
  ].join("\n");
}
