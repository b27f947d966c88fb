import { runChecks } from "./checks.mjs";
import { explain } from "./ending.mjs";
import { prepare } from "./prepare.mjs";
import { runSuites } from "./suites.mjs";
import { lastLine, sum } from "./tally.mjs";

try {
  await prepare();
  // One after the other: the suites measure time, and a machine may have two cores only.
  const tally = sum(await runChecks(), await runSuites(process.argv.slice(2)));
  console.log(lastLine(tally));
  process.exitCode = tally.failed > 0 ? 1 : 0;
} catch (error) {
  process.exitCode = explain(error);
  console.log(lastLine({ passed: 0, failed: 1, skipped: 0 }));
}
