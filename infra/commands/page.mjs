import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, writeStamp } from "./fingerprint.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./run.mjs";

const DIST = "services/web/dist";
const STAMP = `${DIST}/.built-from`;
const DEFINED_BY = [
  "services/web/app",
  "services/web/src",
  "services/web/vite.config.ts",
  "packages/client/src",
  "packages/protocol/src",
  "pnpm-lock.yaml",
];

/** Whether the page is built from the sources as they are now. */
export function pageIsCurrent() {
  return isStamped(STAMP, fingerprint(DEFINED_BY)) && existsSync(join(ROOT, DIST, "index.html"));
}

/**
 * Builds the page where it is older than its sources.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function buildPage() {
  if (pageIsCurrent()) return { code: 0, output: "" };
  // Taken before the build: what changes during it is built next time.
  const mark = fingerprint(DEFINED_BY);
  const cwd = join(ROOT, "services/web");
  const built = await run(NODE, ["node_modules/vite/bin/vite.js", "build"], { cwd, quiet: true });
  if (built.code === 0) writeStamp(STAMP, mark);
  return built;
}
