import { buildClientFiles } from "./client-files.mjs";
import { Unprepared } from "./ending.mjs";
import { checkLayers } from "./layers/check.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";
import { checkNewerMethods } from "./newer-methods.mjs";
import { buildPage } from "./page.mjs";
import { NODE } from "./paths.mjs";
import { run } from "./run.mjs";

/**
 * @typedef {object} Check
 * @property {string} name what is true when it passes
 * @property {() => Promise<{ code: number, output: string }>} run
 */

/** @type {Check} Without it the suites of the rooms cannot run, which counts as a failure. */
const WORKER = { name: "the media worker is available", run: workerIsHere };

/** @type {Check} */
const PAGE = { name: "the page builds", run: buildPage };

/** @type {Check} The API serves it. */
const CLIENT = { name: "the client builds for pages without a bundler", run: buildClientFiles };

/** @type {readonly Check[]} */
const CHECKS = [
  WORKER,
  { name: "types check in every package", run: tool("turbo", "run", "typecheck", "--output-logs=errors-only") },
  { name: "types check in the commands", run: tool("tsc", "-p", "infra/commands") },
  { name: "types check in the trial of the compose stack", run: tool("tsc", "-p", "infra/docker") },
  { name: "format and lint (biome)", run: tool("biome", "check", ".") },
  { name: "no floating promises, no import circles (oxlint)", run: tool("oxlint", "--type-aware") },
  { name: "packages import from the top down", run: checkLayers },
  { name: "nothing is newer than the oldest browsers", run: checkNewerMethods },
  { name: "no unused code or undeclared dependencies (knip)", run: tool("knip", "--no-progress") },
  {
    name: "the reference is up to date",
    run: () => run(NODE, ["infra/commands/reference.ts", "--check"], { quiet: true }),
  },
  {
    name: "the public types of the SDKs are as reported",
    run: () => run(NODE, ["infra/commands/api-report.ts", "--check"], { quiet: true }),
  },
  {
    name: "the SDKs build within their size limits",
    run: tool("turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only"),
  },
  CLIENT,
  PAGE,
];

/** @type {readonly Check[]} What the suites need. */
const PREPARATIONS = [WORKER, CLIENT, PAGE];

/**
 * @param {string} command
 * @param {...string} args
 */
function tool(command, ...args) {
  return () => run(command, args, { quiet: true });
}

async function workerIsHere() {
  try {
    return { code: 0, output: await prepareWorker({ say: (line) => console.log(`   ${line}`) }) };
  } catch (error) {
    if (error instanceof Unprepared) return { code: 1, output: error.message };
    throw error;
  }
}

/** Runs the checks that need no servers. */
export function runChecks() {
  return runEach(CHECKS);
}

/** Prepares what the suites need. */
export function runPreparations() {
  return runEach(PREPARATIONS);
}

/**
 * Prints each check as it ends, with its output if it failed.
 *
 * @param {readonly Check[]} checks
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runEach(checks) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const started = performance.now();
    const { code, output } = await check.run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(` ${code === 0 ? "✓" : "✗"} ${check.name} ${seconds} s`);
    if (code === 0) counts.passed += 1;
    else {
      counts.failed += 1;
      console.log(output);
    }
  }
  return counts;
}
