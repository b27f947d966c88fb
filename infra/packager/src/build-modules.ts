import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutputOptions, rolldown } from "rolldown";
import { readManifest } from "./manifest.ts";
import { TARGET } from "./targets.ts";
import { publicTypes, type Sdk } from "./types/public-types.ts";
import { moduleOf } from "./types/roll-up.ts";

/** The formats of an SDK's modules, each with the extension of its types. */
const FORMATS = {
  client: [{ format: "esm", extension: "js", types: "d.ts" }],
  server: [
    { format: "esm", extension: "js", types: "d.ts" },
    { format: "cjs", extension: "cjs", types: "d.cts" },
  ],
} as const satisfies Record<Sdk, readonly unknown[]>;

/**
 * Writes an SDK's `dist`: its modules, with what they need of our other packages, and one file of types for each format.
 * What it depends on stays outside.
 *
 * @param folder the SDK's package
 * @throws when something is imported that the package does not depend on
 */
export async function buildModules(sdk: Sdk, folder: string): Promise<void> {
  const dist = join(folder, "dist");
  const { dependencies = {} } = await readManifest(folder);
  const foreign = Object.keys(dependencies);
  await rm(dist, { recursive: true, force: true });
  await using bundle = await rolldown({
    input: { index: join(folder, "src/index.ts") },
    platform: sdk === "client" ? "browser" : "neutral",
    external: foreign,
    transform: { target: TARGET },
  });
  const types = moduleOf(publicTypes(sdk));
  for (const { format, extension, types: typesExtension } of FORMATS[sdk]) {
    const output: OutputOptions = {
      dir: dist,
      format,
      sourcemap: true,
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `[name].${extension}`,
    };
    const { output: files } = await bundle.write(output);
    const names = new Set(files.map(({ fileName }) => fileName));
    for (const file of files) {
      const imports = file.type === "chunk" ? [...file.imports, ...file.dynamicImports] : [];
      const unknown = imports.filter((name) => !names.has(name) && !foreign.includes(name));
      if (unknown.length > 0)
        throw new Error(`${file.fileName} imports ${unknown.join(", ")}, which users do not get.`);
    }
    await writeFile(join(dist, `index.${typesExtension}`), types);
  }
}
