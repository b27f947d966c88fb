import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const WORKSPACE = fileURLToPath(new URL("../../../pnpm-workspace.yaml", import.meta.url));

/** The part of a package.json that is worked with. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export const manifestPath = (folder: string): string => join(folder, "package.json");

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(manifestPath(folder), "utf8")) as Manifest;
}

/**
 * What a package says of itself to those who install it. Within the repository its door is its sources; `publishConfig`
 * has the doors of the built package, and pnpm alone would put them in.
 *
 * @param versions of dependencies that are named by `catalog:`
 * @throws when it depends on a package of this repository: it would have to be published, too
 */
export function publishedManifest(source: Manifest, versions: Readonly<Record<string, string>>): Manifest {
  const { scripts: _scripts, devDependencies: _own, dependencies = {}, publishConfig = {}, ...rest } = source;
  const { access, ...doors } = publishConfig;
  const resolved = Object.entries(dependencies).map(([name, range]) => {
    const version = range === "catalog:" ? versions[name] : range;
    if (version === undefined || version.startsWith("workspace:")) {
      throw new Error(`${source.name} cannot be published with the dependency ${name} ${range}.`);
    }
    return [name, version];
  });
  return {
    ...rest,
    ...doors,
    ...(resolved.length > 0 && { dependencies: Object.fromEntries(resolved) }),
    ...(access !== undefined && { publishConfig: { access } }),
  };
}

/** The versions of the workspace's catalog. */
export async function catalog(): Promise<Readonly<Record<string, string>>> {
  const { catalog: versions } = parse(await readFile(WORKSPACE, "utf8")) as { catalog: Record<string, string> };
  return versions;
}
