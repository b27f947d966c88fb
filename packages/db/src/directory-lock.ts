import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";

/** Another process has the data directory open; two writers would destroy it. */
export class DirectoryInUse extends Error {
  constructor(directory: string, owner: string) {
    super(`The data directory ${directory} is in use by ${owner}. Stop that process, or choose another directory.`);
    this.name = "DirectoryInUse";
  }
}

/**
 * Claims a data directory for this process, by a file lock next to it. The operating system releases the lock with the
 * process, however that ends, so nothing is left over and no process id has to be trusted. Node has no file locks; its
 * SQLite does.
 *
 * @returns releases the claim; idempotent
 * @throws {DirectoryInUse}
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  const owner = `${path}.pid`;
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new DirectoryInUse(directory, describe(owner)) : error;
  }
  writeFileSync(owner, String(process.pid));
  return () => {
    if (!lock.isOpen) return;
    rmSync(owner, { force: true });
    lock.close();
  };
}

/** SQLITE_BUSY. */
const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === 5;

function describe(owner: string): string {
  try {
    return `process ${readFileSync(owner, "utf8")}`;
  } catch {
    // Between taking the lock and writing the process id.
    return "another process";
  }
}
