import { Attempt } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { attemptOf } from "./attempts.ts";

test("an attempt is one that the platform takes, and stays that of its token", () => {
  const tokens = Array.from({ length: 100 }, (_none, index) => `ct_${index}`);
  const attempts = tokens.map(attemptOf);
  for (const attempt of attempts) expect(Attempt.parse(attempt)).toBe(attempt);
  expect(tokens.map(attemptOf)).toEqual(attempts);
  expect(new Set(attempts).size).toBe(tokens.length);
});
