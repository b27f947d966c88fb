import { runPreparations } from "./checks.mjs";
import { runTests } from "./run-tests.mjs";
import { LONG, LONG_CASES } from "./suites.mjs";

await runTests(runPreparations, [LONG, LONG_CASES]);
