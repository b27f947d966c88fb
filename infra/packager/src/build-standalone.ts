import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { licenses } from "@radist-tech/bundler/licenses";
import { type RolldownOutput, rolldown } from "rolldown";
import { TARGET } from "./targets.ts";

/**
 * The client with all that it needs, for pages without a bundler: one file, and a chunk for what is loaded on use, rooms
 * above all. The names of chunks hold a hash of their content.
 *
 * @param folder the client's package
 * @param name what the file is called, without its extension: chunks import it by this name
 */
async function standalone(folder: string, name: string): Promise<RolldownOutput["output"]> {
  await using bundle = await rolldown({
    input: { [name]: join(folder, "src/index.ts") },
    platform: "browser",
    plugins: [licenses],
    // What chunks share with the entry stays in it, at the price of exports with names of one letter.
    preserveEntrySignatures: "allow-extension",
    transform: { target: TARGET, define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await bundle.generate({
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: (chunk) => `${name}-${chunk.name === "open-room" ? "rooms" : chunk.name}-[hash].js`,
  });
  return output;
}

/** Writes it into `dist`, for whoever serves it themselves. */
export async function addStandalone(folder: string): Promise<void> {
  for (const file of await standalone(folder, "radist-client")) {
    const content = file.type === "chunk" ? file.code : file.source;
    await writeFile(join(folder, "dist", file.fileName), content);
  }
}

/** Writes `bundle/files.json`, which the platform serves: each file's text by its name. */
export async function buildPlatformFiles(folder: string): Promise<void> {
  const files: Record<string, string> = {};
  for (const file of await standalone(folder, "client")) {
    if (file.type === "chunk") files[file.fileName] = file.code;
    else files[`client-${file.fileName}`] = String(file.source);
  }
  const target = join(folder, "bundle");
  await mkdir(target, { recursive: true });
  const part = join(target, ".files.json");
  await writeFile(part, JSON.stringify(files));
  // In one step: a platform that is running may read it just now.
  await rename(part, join(target, "files.json"));
}
