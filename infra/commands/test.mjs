import { runChecks } from "./checks.mjs";
import { runTests } from "./run-tests.mjs";
import { QUICK } from "./suites.mjs";

await runTests(runChecks, [QUICK]);
