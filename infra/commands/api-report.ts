// Writes packages/{client,server}/api-report.txt, the public types of both SDKs; with --check it only says whether they
// are as reported. What changes for users is then seen in the diff of a report, however the files behind it move.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { publicTypes, type Sdk } from "../packager/src/types/public-types.ts";
import { reportOf } from "../packager/src/types/roll-up.ts";
import { ROOT } from "./paths.mjs";

const SDKS: readonly Sdk[] = ["client", "server"];

/** The reports as they should stand, by SDK. */
const expected = (): [sdk: Sdk, report: string][] => SDKS.map((sdk) => [sdk, reportOf(publicTypes(sdk))]);

const fileOf = (sdk: Sdk): string => join(ROOT, "packages", sdk, "api-report.txt");

function write(): void {
  for (const [sdk, report] of expected()) writeFileSync(fileOf(sdk), report);
}

function check(): void {
  const changed = expected().filter(([sdk, report]) => {
    const file = fileOf(sdk);
    return !existsSync(file) || readFileSync(file, "utf8") !== report;
  });
  if (changed.length === 0) return;
  const names = changed.map(([sdk]) => `packages/${sdk}/api-report.txt`).join(", ");
  process.stderr.write(
    `The public types are not as reported in ${names}.\nRun "npm run api-report", look at what changes for users, and commit it.\n`,
  );
  process.exitCode = 1;
}

if (process.argv.includes("--check")) check();
else write();
