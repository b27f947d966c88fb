import { explain } from "./ending.mjs";
import { prepare } from "./prepare.mjs";
import { runSuites } from "./suites.mjs";
import { lastLine, sum } from "./tally.mjs";

/**
 * A whole test run, with the arguments of this process as filters. Its last line of output is the sum.
 *
 * @param {() => Promise<import("./tally.mjs").Tally>} checks what comes before the suites: they measure time, and a
 *   machine may have two cores only
 * @param {readonly string[]} projects the suites
 */
export async function runTests(checks, projects) {
  try {
    await prepare();
    const tally = sum(await checks(), await runSuites(projects, process.argv.slice(2)));
    console.log(lastLine(tally));
    process.exitCode = tally.failed > 0 ? 1 : 0;
  } catch (error) {
    process.exitCode = explain(error);
    console.log(lastLine({ passed: 0, failed: 1, skipped: 0 }));
  }
}
