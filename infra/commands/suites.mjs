import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workerPath } from "./media-worker/worker-path.mjs";
import { NODE, toolEnvironment } from "./paths.mjs";
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
 * Runs the test suites, with their output.
 *
 * @param {readonly string[]} projects those of vitest.config.ts
 * @param {readonly string[]} filters the arguments of `npm test --`
 * @returns {Promise<import("./counts.mjs").Counts>}
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
 * @returns {Report | undefined} undefined when vitest ended before it wrote a report
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Counts tests. A file that failed without a failed test (it could not be loaded, a hook threw) counts as one failure,
 * and so does a run that failed for any other reason.
 *
 * @param {Report | undefined} report
 * @param {number} code the exit code of vitest
 * @returns {import("./counts.mjs").Counts}
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
