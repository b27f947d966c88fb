import { resolve } from "node:path";
import { DirectoryInUse } from "@radist-tech/db";
import { InvalidConfig } from "@radist-tech/runtime";
import type { StandaloneConfig } from "./config.ts";
import { DamagedSecrets } from "./secrets.ts";

/**
 * A failed start that can be fixed at the terminal, as a problem of the setting that it concerns; undefined for any other,
 * which is a bug and keeps its stack.
 */
export function problemOf(error: unknown, config: StandaloneConfig): InvalidConfig | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof DirectoryInUse || error instanceof DamagedSecrets) {
    return new InvalidConfig([`RADIST_DATA_DIR: ${error.message}`]);
  }
  const { code, path } = error as NodeJS.ErrnoException;
  const directory = resolve(config.RADIST_DATA_DIR);
  const isOfData = path !== undefined && (path.startsWith(directory) || directory.startsWith(path));
  // The lock of the directory is SQLite's, whose errors name no file.
  if (!isOfData && code !== "ERR_SQLITE_ERROR") return undefined;
  return new InvalidConfig([
    `RADIST_DATA_DIR: ${directory} cannot be used (${error.message}). Choose a folder that this user may write to.`,
  ]);
}
