import { lastLine, sum } from "./counts.mjs";
import { explain } from "./ending.mjs";
import { prepare } from "./prepare.mjs";
import { runSuites } from "./suites.mjs";

/**
 * A whole test run, with the arguments of this process as filters. Its last line of output is the sum.
 *
 * @param {() => Promise<import("./counts.mjs").Counts>} checks what comes before the suites: they measure time, and a
 *   machine may have two cores only
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
