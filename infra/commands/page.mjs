import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, writeStamp } from "./fingerprint.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./run.mjs";

const DIST = "services/web/dist";

/** Changes with the built page. */
export const PAGE_STAMP = `${DIST}/.built-from`;

const DEFINED_BY = [
  "services/web/app",
  "services/web/src",
  "services/web/vite.config.ts",
  "packages/client/src",
  "packages/protocol/src",
  "pnpm-lock.yaml",
];

/** Whether the built page is up to date with its sources. */
export function pageIsCurrent() {
  return isStamped(PAGE_STAMP, fingerprint(DEFINED_BY)) && existsSync(join(ROOT, DIST, "index.html"));
}

/**
 * Builds the page if it is older than its sources.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function buildPage() {
  if (pageIsCurrent()) return { code: 0, output: "" };
  // Taken before the build, so that changes during it lead to another one.
  const mark = fingerprint(DEFINED_BY);
  const cwd = join(ROOT, "services/web");
  const built = await run(NODE, ["node_modules/vite/bin/vite.js", "build"], { cwd, quiet: true });
  if (built.code === 0) writeStamp(PAGE_STAMP, mark);
  return built;
}
