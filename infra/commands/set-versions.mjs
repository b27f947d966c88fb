// After `changeset version`: gives all packages of the repository the version that the SDKs have got.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

const VERSION = /^ {2}"version": "([^"]+)"/m;

const [, version] = VERSION.exec(readFileSync(join(ROOT, "packages/client/package.json"), "utf8")) ?? [];
if (version === undefined) throw new Error("packages/client/package.json has no version.");
for (const path of globSync("{packages,services,infra}/*/package.json", { cwd: ROOT })) {
  const file = join(ROOT, path);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(VERSION, `  "version": "${version}"`));
}
console.log(`All packages have version ${version}.`);
