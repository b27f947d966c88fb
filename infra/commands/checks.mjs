import { Unprepared } from "./ending.mjs";
import { NODE } from "./house.mjs";
import { checkLayers } from "./layers/check.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";
import { buildPage } from "./page.mjs";
import { run } from "./run.mjs";

/**
 * @typedef {object} Check
 * @property {string} name what holds when it passes
 * @property {() => Promise<{ code: number, output: string }>} run
 */

/** @type {Check} Without it the suites of the rooms could not run, and must count as failed. */
const WORKER = { name: "the media worker is here", run: workerIsHere };

/** @type {Check} */
const PAGE = { name: "the page builds", run: buildPage };

/** @type {readonly Check[]} */
const CHECKS = [
  WORKER,
  { name: "types hold in every package", run: tool("turbo", "run", "typecheck", "--output-logs=errors-only") },
  { name: "types hold in the commands", run: tool("tsc", "-p", "infra/commands") },
  { name: "types hold in the trial of the compose stack", run: tool("tsc", "-p", "infra/docker") },
  { name: "format and lint (biome)", run: tool("biome", "check", ".") },
  { name: "no floating promises, no import circles (oxlint)", run: tool("oxlint", "--type-aware") },
  { name: "packages import from the top down", run: checkLayers },
  { name: "nothing is dead or undeclared (knip)", run: tool("knip", "--no-progress") },
  {
    name: "the reference is current",
    run: () => run(NODE, ["infra/commands/reference.ts", "--check"], { quiet: true }),
  },
  {
    name: "the SDKs build within their size",
    run: tool("turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only"),
  },
  PAGE,
];

/** @type {readonly Check[]} What the suites stand on. */
const PREPARATIONS = [WORKER, PAGE];

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

/** Makes what the suites need. */
export function runPreparations() {
  return runEach(PREPARATIONS);
}

/**
 * Tells of each check as it ends, with its output where it failed.
 *
 * @param {readonly Check[]} checks
 * @returns {Promise<import("./tally.mjs").Tally>}
 */
async function runEach(checks) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const started = performance.now();
    const { code, output } = await check.run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(` ${code === 0 ? "✓" : "✗"} ${check.name} ${seconds} s`);
    if (code === 0) tally.passed += 1;
    else {
      tally.failed += 1;
      console.log(output);
    }
  }
  return tally;
}
