import { runPreparations } from "./checks.mjs";
import { runTests } from "./run-tests.mjs";

await runTests(runPreparations, ["long", "long-browser"]);
