import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NODE, toolEnvironment } from "./house.mjs";
import { workerPath } from "./media-worker/place.mjs";
import { run } from "./run.mjs";

/**
 * The part of vitest's JSON report that is counted.
 *
 * @typedef {object} Report
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, name: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * Runs the test suites, showing them as they go.
 *
 * @param {readonly string[]} projects those of vitest.config.ts
 * @param {readonly string[]} filters what a person adds to `npm test --`
 * @returns {Promise<import("./tally.mjs").Tally>}
 */
export async function runSuites(projects, filters) {
  const folder = mkdtempSync(join(tmpdir(), "radist-report-"));
  const file = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const selected = projects.map((project) => `--project=${project}`);
  try {
    const { code } = await run(NODE, ["node_modules/vitest/vitest.mjs", "run", ...selected, ...reporters, ...filters], {
      env: { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: workerPath() },
    });
    return count(readReport(file), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {Report | undefined} undefined when vitest did not come as far as a report
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Counts tests; a file that failed without a failed test (it could not be loaded, a hook broke) counts as one failed,
 * and so does a run that ended badly for no such reason.
 *
 * @param {Report | undefined} report
 * @param {number} code the exit code of vitest
 * @returns {import("./tally.mjs").Tally}
 */
export function count(report, code) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
