import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type RolledUp, rollUp } from "./roll-up.ts";

export type Sdk = "client" | "server";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const DOORS = new Map([
  ["@radist-tech/protocol", "protocol/src/index.d.ts"],
  ["@radist-tech/protocol/browser-errors", "protocol/src/browser-errors.d.ts"],
  ["@radist-tech/protocol/errors", "protocol/src/errors.d.ts"],
]);
const EMIT = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--stripInternal"];

/**
 * All that the users of an SDK can name or be given.
 *
 * @throws when the types do not check
 */
export function publicTypes(sdk: Sdk): RolledUp {
  const directory = mkdtempSync(join(tmpdir(), "public-types-"));
  try {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    for (const name of ["protocol", sdk]) {
      const args = ["-p", `packages/${name}/tsconfig.json`, ...EMIT, "--rootDir", "packages", "--outDir", directory];
      execFileSync(process.execPath, [tsc, ...args], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
    }
    return rollUp(`${sdk}/src/index.d.ts`, DOORS, (path) => {
      const file = join(directory, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
