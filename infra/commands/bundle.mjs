import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CLIENT_STAMP } from "./client-files.mjs";
import { fingerprint, isStamped, writeStamp } from "./fingerprint.mjs";
import { PAGE_STAMP } from "./page.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./run.mjs";

const STANDALONE = "services/standalone";
const STAMP = `${STANDALONE}/bundle/.built-from`;

/** The bundle of the platform in one process, as a program. */
export const MAIN = join(ROOT, STANDALONE, "bundle/main.js");

/** Whether the bundle of the platform in one process is up to date with its sources. */
export function bundleIsCurrent() {
  return isStamped(STAMP, fingerprint(definedBy())) && existsSync(MAIN);
}

/**
 * Bundles the platform if its bundle is older than its sources. The page and the client are to be built before.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function buildBundle() {
  // Taken before the build, so that changes during it lead to another one.
  const mark = fingerprint(definedBy());
  const built = await run(NODE, [join(ROOT, "infra/bundler/src/main.ts")], {
    cwd: join(ROOT, STANDALONE),
    quiet: true,
  });
  if (built.code === 0) writeStamp(STAMP, mark);
  return built;
}

function definedBy() {
  const sources = ["services", "packages"].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).flatMap((name) => [`${parent}/${name}/src`, `${parent}/${name}/package.json`]),
  );
  return [...sources, "packages/db/migrations", "infra/bundler/src", "pnpm-lock.yaml", PAGE_STAMP, CLIENT_STAMP];
}
