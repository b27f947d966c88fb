import { expect, test } from "vitest";
import { newerMethodsIn } from "./newer-methods.mjs";

test.each([
  "URL.canParse(given)",
  "Promise.withResolvers<void>()",
  "[...map.values().filter(isOpen)]",
  "text.isWellFormed()",
  "AbortSignal.any([one, other])",
])("%s is found", (line) => {
  expect(newerMethodsIn(`const fine = 1;\n  ${line};`)).toEqual([expect.stringMatching(/^2: /)]);
});

test.each([
  "list.toSorted()",
  "AbortSignal.timeout(1)",
  "[...map.values()].filter(isOpen)",
  "// URL.canParse is newer",
])("%s is not", (line) => {
  expect(newerMethodsIn(line)).toEqual([]);
});
