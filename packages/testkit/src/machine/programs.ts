import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The folders where a shell would look for a program, and those that administrators' programs are in. */
export function pathFolders(): string[] {
  const path = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...path, "/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
}

/** The first of these folders that has all of the named programs. */
export function folderWith(folders: string[], ...programs: string[]): string | undefined {
  return folders.find((folder) => programs.every((program) => isExecutable(join(folder, program))));
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The folders `<parent>/<start>…/<after>`, the highest version number first: `versionedFolders("/usr/lib/postgresql", "", "bin")`.
 * None when the machine has no such parent.
 */
export function versionedFolders(parent: string, start: string, after: string): string[] {
  return list(parent)
    .filter((name) => name.startsWith(start))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(parent, name, after));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
