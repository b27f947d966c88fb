import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { type Account, findAccount, isRoot } from "../machine/account.ts";
import { folderWith, pathFolders, versionedFolders } from "../machine/programs.ts";
import type { ServerKind, ServerProgram } from "./server-kind.ts";

const run = promisify(execFile);
const USER = "radist";
const CONNECTIONS = 400;

// Tests kill processes, never the machine: what the kernel has is safe, and waiting for the disk is of no use.
const SETTINGS = [`max_connections=${CONNECTIONS}`, "fsync=off", "full_page_writes=off"].flatMap((it) => ["-c", it]);

export const POSTGRES: ServerKind = {
  name: "Postgres",
  variable: "TEST_DATABASE_URL",
  debianPackages: ["postgresql"],
  advice: "install PostgreSQL 15 or newer (Debian: apt-get install postgresql, macOS: brew install postgresql@17)",
  container: {
    image: "postgres:17",
    port: 5432,
    command: ["postgres", ...SETTINGS],
    environment: { POSTGRES_USER: USER, POSTGRES_DB: "postgres", POSTGRES_HOST_AUTH_METHOD: "trust" },
    readyLine: /ready to accept connections/,
  },
  findProgram,
  url: (host, port) => `postgres://${USER}@${host}:${port}/postgres`,
  async probe(url) {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
};

function findProgram(): ServerProgram | undefined {
  const folder = programFolder();
  return folder ? program(folder, (directory) => initialize(folder, directory)) : undefined;
}

/**
 * A hot standby that follows a primary by streaming replication, from programs of this machine.
 * @throws what to install, when this machine has none
 */
export function standbyOf(primaryUrl: string): ServerProgram {
  const folder = programFolder("pg_basebackup");
  if (!folder) throw new Error(`A standby needs PostgreSQL's programs: ${POSTGRES.advice}.`);
  return program(folder, async (directory) => {
    const args = ["-d", primaryUrl, "-D", directory, "-R", "-X", "stream", "-c", "fast", "--no-sync"];
    await run(join(folder, "pg_basebackup"), args, { ...accountForPostgres(), cwd: directory });
  });
}

function programFolder(...more: string[]): string | undefined {
  return folderWith(
    [
      ...pathFolders(),
      ...versionedFolders("/usr/lib/postgresql", "", "bin"),
      ...versionedFolders("/usr", "pgsql-", "bin"),
      ...versionedFolders("/opt/homebrew/opt", "postgresql@", "bin"),
      ...versionedFolders("/usr/local/opt", "postgresql@", "bin"),
      "/Applications/Postgres.app/Contents/Versions/latest/bin",
    ],
    "initdb",
    "postgres",
    ...more,
  );
}

async function initialize(folder: string, directory: string): Promise<void> {
  const args = ["-D", directory, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
  await run(join(folder, "initdb"), args, { ...accountForPostgres(), cwd: directory });
}

function program(folder: string, prepare: ServerProgram["prepare"]): ServerProgram {
  const account = accountForPostgres();
  return {
    ...(account && { account }),
    stopSignal: "SIGINT",
    prepare,
    command: (directory, port) => ({
      file: join(folder, "postgres"),
      args: ["-D", directory, "-p", `${port}`, ...onlyHere(directory), ...SETTINGS],
    }),
    forget: removeSharedMemory,
  };
}

/** Postgres refuses to run as root. */
function accountForPostgres(): Account | undefined {
  if (!isRoot()) return undefined;
  const account = findAccount("postgres", "nobody");
  if (!account) throw new Error("Postgres does not run as root, and there is neither a postgres nor a nobody account.");
  return account;
}

function onlyHere(directory: string): string[] {
  return ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${directory}`];
}

/** A killed Postgres leaves a small System V shared memory segment behind, named in the lock file that it left too. */
async function removeSharedMemory(directory: string): Promise<void> {
  const lock = await readFile(join(directory, "postmaster.pid"), "utf8").catch(() => "");
  const segment = lock.split("\n")[6]?.trim().split(/\s+/)[1];
  // Where there is no ipcrm the segment, of some 60 bytes, stays until the machine restarts.
  if (segment) await run("ipcrm", ["-m", segment]).catch(() => undefined);
}
