import { RadistError } from "@radist-tech/client";
import { expect, test } from "vitest";
import { unsentAfter, unsentText } from "./unsent.ts";

const change = (source: string, code?: "unavailable" | "too_many" | "not_allowed", isRetrying = false) => ({
  source,
  problem: code && new RadistError(code),
  isRetrying,
});

test("a device is unsent until it is published", () => {
  const unsent = unsentAfter({}, change("microphone", "unavailable", true));
  expect(unsent.microphone).toMatchObject({ isRetrying: true });
  expect(unsentAfter(unsent, change("camera", "too_many"))).toMatchObject({ microphone: {}, camera: {} });
  expect(unsentAfter(unsent, change("microphone"))).toEqual({});
});

test("a screen says itself that it is not shared", () => {
  expect(unsentAfter({}, change("screen", "too_many"))).toEqual({});
});

test.each([
  ["unavailable", true, /Trying again/],
  ["not_allowed", false, /not allowed/],
  ["too_many", false, /limit/],
  ["unavailable", false, /could not be sent/],
] as const)("%s, retrying %s: %s", (code, isRetrying, text) => {
  expect(unsentText("microphone", { problem: new RadistError(code), isRetrying })).toMatch(text);
});
