import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

/**
 * A hash over the contents of files and folders of the repository; missing ones count as missing.
 *
 * @param {readonly string[]} paths relative to the repository
 * @returns {string}
 */
export function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesBelow)) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex");
}

/**
 * @param {string} path relative to the repository
 * @returns {string[]} the files at or below it, in a fixed order
 */
function filesBelow(path) {
  const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (!stats) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

/**
 * Whether a stamp file holds this mark.
 *
 * @param {string} stamp relative to the repository
 * @param {string} mark
 */
export function isStamped(stamp, mark) {
  try {
    return readFileSync(join(ROOT, stamp), "utf8") === mark;
  } catch {
    return false;
  }
}

/**
 * @param {string} stamp relative to the repository
 * @param {string} mark
 */
export function writeStamp(stamp, mark) {
  writeFileSync(join(ROOT, stamp), mark);
}
