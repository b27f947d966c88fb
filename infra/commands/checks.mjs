import { Unprepared } from "./ending.mjs";
import { NODE } from "./house.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";
import { buildPage } from "./page.mjs";
import { run } from "./run.mjs";

/**
 * @typedef {object} Check
 * @property {string} name what holds when it passes
 * @property {() => Promise<{ code: number, output: string }>} run
 */

/** @type {readonly Check[]} */
const CHECKS = [
  { name: "the media worker is here", run: workerIsHere },
  { name: "types hold in every package", run: tool("turbo", "run", "typecheck", "--output-logs=errors-only") },
  { name: "types hold in the commands", run: tool("tsc", "-p", "infra/commands") },
  { name: "types hold in the trial of the compose stack", run: tool("tsc", "-p", "infra/docker") },
  { name: "format and lint (biome)", run: tool("biome", "check", ".") },
  { name: "no floating promises (oxlint)", run: tool("oxlint", "--type-aware") },
  { name: "nothing is dead or undeclared (knip)", run: tool("knip", "--no-progress") },
  {
    name: "the reference is current",
    run: () => run(NODE, ["infra/commands/reference.ts", "--check"], { quiet: true }),
  },
  {
    name: "the public types of the SDKs are as reported",
    run: () => run(NODE, ["infra/commands/api-report.ts", "--check"], { quiet: true }),
  },
  {
    name: "the SDKs build within their size",
    run: tool("turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only"),
  },
  { name: "the page builds", run: buildPage },
];

/**
 * @param {string} command
 * @param {...string} args
 */
function tool(command, ...args) {
  return () => run(command, args, { quiet: true });
}

/** Without it the suites of the rooms could not run, and must count as failed. */
async function workerIsHere() {
  try {
    return { code: 0, output: await prepareWorker({ say: (line) => console.log(`   ${line}`) }) };
  } catch (error) {
    if (error instanceof Unprepared) return { code: 1, output: error.message };
    throw error;
  }
}

/**
 * Runs the checks that need no servers, telling of each as it ends, with its output where it failed.
 *
 * @returns {Promise<import("./tally.mjs").Tally>}
 */
export async function runChecks() {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const check of CHECKS) {
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
