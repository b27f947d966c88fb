import { expect, test } from "vitest";
import { newEntryId, sizeText } from "./entry.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 KB"],
  [3_449, "3.4 KB"],
  [99_949, "99.9 KB"],
  [100_000, "100 KB"],
  [999_499, "999 KB"],
  [999_500, "1.0 MB"],
  [200_000_000, "200 MB"],
  [5_000_000_000_000, "5000 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test("entry ids are unique", () => {
  const ids = Array.from({ length: 100 }, newEntryId);
  expect(new Set(ids).size).toBe(100);
});
