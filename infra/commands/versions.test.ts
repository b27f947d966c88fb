import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test("all packages have one version, which the platform tells as its own", () => {
  const manifests = globSync("{packages,services}/*/package.json", { cwd: ROOT });
  const versions = manifests.map((path) => JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8")).version);
  expect(versions.length).toBeGreaterThan(10);
  expect(new Set(versions).size).toBe(1);
});
