import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, writeStamp } from "./fingerprint.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./run.mjs";

const CLIENT = "packages/client";

/** Changes with the browser SDK that the platform serves. */
export const CLIENT_STAMP = `${CLIENT}/bundle/.built-from`;

const DEFINED_BY = [`${CLIENT}/src`, "packages/protocol/src", "infra/packager/src", "pnpm-lock.yaml"];

/** Whether the browser SDK that the platform serves is up to date with its sources. */
function clientFilesAreCurrent() {
  return isStamped(CLIENT_STAMP, fingerprint(DEFINED_BY)) && existsSync(join(ROOT, CLIENT, "bundle/files.json"));
}

/**
 * Builds the browser SDK that the platform serves, if it is older than its sources.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function buildClientFiles() {
  if (clientFilesAreCurrent()) return { code: 0, output: "" };
  // Taken before the build, so that changes during it lead to another one.
  const mark = fingerprint(DEFINED_BY);
  const cwd = join(ROOT, CLIENT);
  const program = join(ROOT, "infra/packager/src/main.ts");
  const built = await run(NODE, [program, "platform-files"], { cwd, quiet: true });
  if (built.code === 0) writeStamp(CLIENT_STAMP, mark);
  return built;
}
