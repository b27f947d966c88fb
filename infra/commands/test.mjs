import { runChecks } from "./checks.mjs";
import { runTests } from "./run-tests.mjs";

await runTests(runChecks, ["code", "browser"]);
