// Writes docs/reference from the schemas in use; with --check it only says whether what stands there is current.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { asyncApiDocument } from "../../services/api/src/docs/asyncapi.ts";
import { openApiDocument } from "../../services/api/src/docs/openapi.ts";

const DIRECTORY = new URL("../../docs/reference/", import.meta.url);
const DOCUMENTS = { "openapi.json": openApiDocument, "asyncapi.json": asyncApiDocument };

/** The documents as they should stand, by file name. */
function expected(): [name: string, text: string][] {
  return Object.entries(DOCUMENTS).map(([name, document]) => [name, `${JSON.stringify(document(), null, 2)}\n`]);
}

async function write(): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  for (const [name, text] of expected()) await writeFile(new URL(name, DIRECTORY), text);
  process.stdout.write(`Written to ${fileURLToPath(DIRECTORY)}: ${Object.keys(DOCUMENTS).join(", ")}\n`);
}

async function check(): Promise<void> {
  const stale: string[] = [];
  for (const [name, text] of expected()) if ((await standing(name)) !== text) stale.push(name);
  if (stale.length === 0) return;
  process.stderr.write(
    `docs/reference does not describe the schemas in use: ${stale.join(", ")}.\nRun "npm run reference" and commit what it writes.\n`,
  );
  process.exitCode = 1;
}

async function standing(name: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(name, DIRECTORY), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

await (process.argv.includes("--check") ? check() : write());
