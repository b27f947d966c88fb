import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whether a module is one of a package that is not ours. */
export function isForeign(id: string): boolean {
  return /[\\/]node_modules[\\/]/.test(id);
}

/** Whether a module is one of this repository, neither foreign nor the bundler's own. */
export function isOwn(id: string): boolean {
  return !isForeign(id) && !id.startsWith("\0");
}

/**
 * The folder of the package that a file or folder belongs to.
 *
 * @throws {Error} when it belongs to none
 */
export function packageOf(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (nameIn(folder) !== undefined) return folder;
  }
  throw new Error(`${path} belongs to no package.`);
}

/** The name of the package whose root a folder is. A `package.json` within a package has no name. */
function nameIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: string }).name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
