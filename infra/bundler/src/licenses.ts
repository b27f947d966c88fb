import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "rolldown";
import { isForeign, packageOf } from "./modules.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

const LICENSE = /^(licen[cs]e|notice|copying)/i;

/** Adds the licences of what is bundled, as they demand. */
export const licenses: Plugin = {
  name: "licenses",
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
    const packages = new Set(modules.filter(isForeign).map(packageOf));
    const source = [...packages].toSorted().map(licenseOf).join("\n\n");
    this.emitFile({ type: "asset", fileName: "third-party-licenses.txt", source });
  },
};

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENSE.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
}
