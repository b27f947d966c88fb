// Writes packages/{client,server}/api-report.txt, the public types of both SDKs; with --check it only says whether they
// are as reported. What changes for users is then seen in the diff of a report, however the files behind it move.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ROOT, toolEnvironment } from "./paths.mjs";
import { rollUp } from "./public-types/roll-up.ts";

const SDKS = ["client", "server"];
const DOORS = new Map([
  ["@radist-tech/protocol", "protocol/src/index.d.ts"],
  ["@radist-tech/protocol/browser-errors", "protocol/src/browser-errors.d.ts"],
  ["@radist-tech/protocol/errors", "protocol/src/errors.d.ts"],
]);
const EMIT = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--stripInternal", "--removeComments"];

/** The reports as they should stand, by SDK. */
function expected(): [sdk: string, report: string][] {
  const directory = mkdtempSync(join(tmpdir(), "api-report-"));
  try {
    for (const name of ["protocol", ...SDKS]) {
      const args = ["-p", `packages/${name}/tsconfig.json`, ...EMIT, "--rootDir", "packages", "--outDir", directory];
      execFileSync("tsc", args, { cwd: ROOT, env: toolEnvironment(), stdio: ["ignore", "inherit", "inherit"] });
    }
    const read = (path: string) => {
      const file = join(directory, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    };
    return SDKS.map((sdk) => [sdk, rollUp(`${sdk}/src/index.d.ts`, DOORS, read)]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const fileOf = (sdk: string): string => join(ROOT, "packages", sdk, "api-report.txt");

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
