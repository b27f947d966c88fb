import { expect, test } from "vitest";
import { matcher } from "./subject.ts";

test.each([
  ["a.b", "a.b", true],
  ["a.b", "a", false],
  ["a", "a.b", false],
  ["*", "a", true],
  ["*", "a.b", false],
  ["a.*.c", "a.b.c", true],
  ["a.*.c", "a.b.b.c", false],
  [">", "a", true],
  [">", "a.b.c", true],
  ["a.>", "a.b", true],
  ["a.>", "a.b.c", true],
  ["a.>", "a", false],
  ["*.>", "a.b", true],
  ["*.>", "a", false],
])("%s on %s: %s", (pattern, subject, expected) => {
  expect(matcher(pattern)(subject)).toBe(expected);
});
