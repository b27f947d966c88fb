import { expect, test } from "vitest";
import { lastLine, sum } from "./counts.mjs";
import { count } from "./suites.mjs";

const GREEN = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", name: "a.test.ts", assertionResults: [{ status: "passed", tags: [] }] }],
};

test("a passing run is counted as vitest reports it", () => {
  expect(count(GREEN, 0)).toEqual({ passed: 3, failed: 0, skipped: 0 });
});

test("a file that could not be loaded is one failure", () => {
  const broken = { status: "failed", name: "b.test.ts", assertionResults: [] };
  const report = { ...GREEN, success: false, testResults: [...GREEN.testResults, broken] };
  expect(count(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("a file whose tests failed is not counted in addition to them", () => {
  const failed = { status: "failed", name: "c.test.ts", assertionResults: [{ status: "failed", tags: [] }] };
  const report = { ...GREEN, success: false, numFailedTests: 1, testResults: [failed] };
  expect(count(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("a run that fails although every test passed is a failure", () => {
  expect(count(GREEN, 1).failed).toBe(1);
});

test("a run without a report is a failure", () => {
  expect(count(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("what the filter leaves to another run is not skipped, but what it asks for is", () => {
  const assertionResults = [
    { status: "skipped", tags: ["long"] },
    { status: "skipped", tags: [] },
  ];
  const report = {
    ...GREEN,
    numPendingTests: 2,
    testResults: [{ status: "passed", name: "a.test.ts", assertionResults }],
  };
  expect(count(report, 0).skipped).toBe(2);
  expect(count(report, 0, "long").skipped).toBe(1);
  expect(count(report, 0, "!long").skipped).toBe(1);
});

test("skipped tests and todos are reported", () => {
  const counted = count({ ...GREEN, numPendingTests: 1, numTodoTests: 1 }, 0);
  expect(lastLine(sum(counted, { passed: 8, failed: 0, skipped: 0 }))).toBe("11 passed, 0 failed, 2 skipped");
  expect(lastLine({ passed: 1, failed: 0, skipped: 0 })).toBe("1 passed, 0 failed");
});
