import { lastLine, sum } from "./counts.mjs";
import { explain } from "./ending.mjs";
import { prepare } from "./prepare.mjs";
import { runSuites } from "./suites.mjs";

const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs checks and suites, with the arguments of this process as filters. The last line of output is the sum.
 *
 * @param {() => Promise<import("./counts.mjs").Counts>} checks run before the suites, as
 *   a machine may have only two cores
 * @param {readonly import("./suites.mjs").Suites[]} suites one after the other
 */
export async function runTests(checks, suites) {
  try {
    await prepare();
    const filters = process.argv.slice(2);
    const checked = await checks();
    let tested = NOTHING;
    for (const each of suites) tested = sum(tested, await runSuites(each, filters));
    if (tested.passed + tested.failed === 0) {
      console.log(`No test ran. Does a test file's path contain one of: ${filters.join(", ")}?`);
      tested = { ...tested, failed: 1 };
    }
    const counts = sum(checked, tested);
    console.log(lastLine(counts));
    process.exitCode = counts.failed > 0 ? 1 : 0;
  } catch (error) {
    process.exitCode = explain(error);
    console.log(lastLine({ passed: 0, failed: 1, skipped: 0 }));
  }
}
