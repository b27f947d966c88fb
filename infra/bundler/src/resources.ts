import { cpSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "rolldown";
import { isOwn, packageOf } from "./modules.ts";

/** A file or folder beside the module. */
const BESIDE = /new URL\(\s*(["'])(\.\.?\/[^"']+)\1\s*,\s*import\.meta\.url\s*\)/g;

/** A file of a package. */
const OF_PACKAGE = /import\.meta\.resolve\(\s*(["'])([^"']+)\1\s*\)/g;

/**
 * Copies what modules read at run time into `assets`: the files and folders that they name by
 * `new URL("./…", import.meta.url)` or `import.meta.resolve("package/file")`.
 *
 * @param folder where the bundle goes
 */
export function resources(folder: string): Plugin {
  const copied = new Map<string, string>();
  function copy(source: string): string {
    const name = nameOf(source);
    const other = copied.get(name);
    if (other === undefined) cpSync(source, join(folder, "assets", name), { recursive: true });
    else if (other !== source) throw new Error(`${source} and ${other} would both be assets/${name}.`);
    copied.set(name, source);
    return `new URL("./assets/${name}", import.meta.url)`;
  }
  return {
    name: "resources",
    transform: {
      filter: { code: "import.meta" },
      handler(code, id) {
        const base = pathToFileURL(id);
        const beside = code.replace(BESIDE, (_all, _quote, path: string) => {
          const source = fileURLToPath(new URL(path, base));
          if (!existsSync(source)) this.error(`${id} reads ${source}, which is not there. Is it still to be built?`);
          return copy(source);
        });
        // Whatever else it did with its place would be about another place in the bundle.
        if (isOwn(id) && /import\.meta\.(?!resolve\(\s*["'])/.test(code.replace(BESIDE, ""))) {
          this.error(`${id}: name files by new URL("./…", import.meta.url) in one piece, so that they can be bundled.`);
        }
        const found = beside.replace(OF_PACKAGE, (_all, _quote, specifier: string) => {
          return `${copy(createRequire(id).resolve(specifier))}.href`;
        });
        // Lines stay what they were.
        return { code: found, map: null };
      },
    },
  };
}

/** Its path within its package, below the package's folder. */
function nameOf(path: string): string {
  const directory = packageOf(path);
  return `${basename(directory)}/${relative(directory, path).split(sep).join("/")}`;
}
