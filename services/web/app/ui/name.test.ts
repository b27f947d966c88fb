import { expect, test } from "vitest";
import { MAX_NAME_LENGTH, ownName, setOwnName } from "./name.ts";

test("a name is cut where it is too long, never in the middle of a character", () => {
  setOwnName("Ada");
  expect(ownName.value).toBe("Ada");
  setOwnName("x".repeat(100));
  expect(ownName.value).toHaveLength(MAX_NAME_LENGTH);
  setOwnName(`${"x".repeat(MAX_NAME_LENGTH - 1)}😀`);
  expect(ownName.value).toBe("x".repeat(MAX_NAME_LENGTH - 1));
  setOwnName(`${"x".repeat(MAX_NAME_LENGTH - 2)}😀`);
  expect(ownName.value).toBe(`${"x".repeat(MAX_NAME_LENGTH - 2)}😀`);
});
