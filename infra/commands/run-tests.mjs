import { lastLine, sum } from "./counts.mjs";
import { explain } from "./ending.mjs";
import { prepare } from "./prepare.mjs";
import { runSuites } from "./suites.mjs";

/**
 * Runs checks and suites, with the arguments of this process as filters. The last line of output is the sum.
 *
 * @param {() => Promise<import("./counts.mjs").Counts>} checks run before the suites, as
 *   a machine may have only two cores
 * @param {readonly string[]} projects the suites
 */
export async function runTests(checks, projects) {
  try {
    await prepare();
    const counts = sum(await checks(), await runSuites(projects, process.argv.slice(2)));
    console.log(lastLine(counts));
    process.exitCode = counts.failed > 0 ? 1 : 0;
  } catch (error) {
    process.exitCode = explain(error);
    console.log(lastLine({ passed: 0, failed: 1, skipped: 0 }));
  }
}
