import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workerPath } from "./media-worker/worker-path.mjs";
import { NODE, ROOT, toolEnvironment } from "./paths.mjs";
import { run } from "./run.mjs";
import { sources } from "./sources.mjs";

/**
 * The part of vitest's JSON report that is counted.
 *
 * @typedef {object} Report
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, name: string, assertionResults: { status: string, tags: string[] }[] }[]} testResults
 */

/**
 * @typedef {object} Suites
 * @property {readonly string[]} projects those of vitest.config.ts
 * @property {"long" | "!long"} [tags] only the cases that have this tag, or do not
 * @property {() => string[]} [files] only these. Default: all of the projects
 */

/** @type {Suites} */
export const QUICK = { projects: ["code", "browser"], tags: "!long" };

/** @type {Suites} */
export const LONG = { projects: ["long", "long-browser", "long-packing"] };

/** @type {Suites} Only of the files that have any: loading all of them takes long, too. */
export const LONG_CASES = { projects: ["code", "browser"], tags: "long", files: filesWithLongCases };

function filesWithLongCases() {
  return sources(ROOT).filter(
    (file) => file.endsWith(".test.ts") && readFileSync(join(ROOT, file), "utf8").includes('["long"]'),
  );
}

/**
 * Runs the test suites, with their output.
 *
 * @param {Suites} suites
 * @param {readonly string[]} filters the arguments of `npm test --`
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runSuites({ projects, tags, files }, filters) {
  const named = filters.filter((filter) => !filter.startsWith("-"));
  const chosen = files?.().filter((file) => named.length === 0 || named.some((name) => file.includes(name)));
  if (chosen?.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), "radist-report-"));
  const file = join(folder, "report.json");
  const options = chosen ? [...chosen, ...filters.filter((filter) => filter.startsWith("-"))] : filters;
  // Whether anything matches is for all suites of a command to say.
  const reporters = ["--passWithNoTests", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const selected = [...projects.map((project) => `--project=${project}`), ...(tags ? [`--tags-filter=${tags}`] : [])];
  try {
    const { code } = await run(NODE, ["node_modules/vitest/vitest.mjs", "run", ...selected, ...reporters, ...options], {
      env: { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: workerPath() },
    });
    return count(readReport(file), code, tags);
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
 * @param {Suites["tags"]} [tags] what the filter leaves out is not skipped: it runs at another time
 * @returns {import("./counts.mjs").Counts}
 */
export function count(report, code, tags) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const leftOut = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((test) => test.status === "skipped" && tags && test.tags.includes("long") !== (tags === "long"));
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests - leftOut.length + report.numTodoTests,
  };
}
