import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./paths.mjs";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** What the types check: the marked part of each file. */
const examples = ["packages/client/examples", "packages/server/examples"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const [, region = ""] = /\/\/ #region readme\n(.*?)\/\/ #endregion/s.exec(read(`${folder}/${name}`)) ?? [];
      return { name: `${folder}/${name}`, code: region.trim() };
    }),
);

const shown = ["README.md", "packages/client/README.md", "packages/server/README.md"].flatMap((readme) =>
  [...read(readme).matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""], index) => ({
    name: `${readme}, example ${index + 1}`,
    code: code.trim(),
  })),
);

test.each(shown)("$name is a file that the types check", ({ code }) => {
  expect(examples.map((example) => example.code)).toContain(code);
});

test.each(examples)("$name is shown", ({ code }) => {
  expect(shown.map((example) => example.code)).toContain(code);
});
