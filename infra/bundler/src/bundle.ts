import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "rolldown";
import { latin1 } from "./latin1.ts";
import { licenses } from "./licenses.ts";
import { isForeign } from "./modules.ts";
import { resources } from "./resources.ts";
import { sourceMapsOfOwnCode } from "./source-maps.ts";

/** Starts the service with source maps, which Node reads for what is loaded after they are enabled. */
const MAIN = `import process from "node:process";

process.setSourceMapsEnabled(true);
await import("./service.js");
`;

/**
 * Bundles a service with all that it imports and all files that it reads. The result runs wherever Node is, without
 * `node_modules`: `node main.js`. Its stack traces name the sources.
 *
 * @param service its folder, with `src/main.ts`
 * @param folder where the bundle goes; whatever is there is removed
 */
export async function bundleService(service: string, folder: string = join(service, "bundle")): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    input: { service: join(service, "src/main.ts") },
    platform: "node",
    plugins: [resources(folder), sourceMapsOfOwnCode, latin1, licenses],
    // What packages in CommonJS call their folder; there is one folder now.
    transform: { define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" } },
    // PGlite's.
    checks: { eval: false },
    output: {
      dir: folder,
      format: "esm",
      sourcemap: true,
      sourcemapExcludeSources: true,
      comments: false,
      chunkFileNames: "[name].js",
      // Apart from the code that is ours; what is loaded only on demand stays apart from both.
      codeSplitting: { groups: [{ name: "dependencies", test: isForeign, tags: ["$initial"] }] },
    },
  });
  await writeFile(join(folder, "main.js"), MAIN);
}
