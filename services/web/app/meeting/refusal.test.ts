import { RadistError } from "@radist-tech/client";
import { expect, test } from "vitest";
import { BackendError } from "../backend/backend.ts";
import { isStaleToken, refusalOf } from "./refusal.ts";

test.each([
  ["a final error of the platform", new RadistError("room_full"), { reason: "full" }],
  [
    "a final error of the backend",
    new BackendError("call_terminated", "Call has been terminated."),
    { reason: "ended" },
  ],
  ["a bug of the page", new TypeError("undefined is not a function"), { reason: "failed" }],
  [
    "no network",
    new RadistError("network_error", { message: "No network." }),
    { problem: "No network.", losesSeat: false },
  ],
  [
    "a seat that is not accepted",
    new RadistError("invalid_public_key", { message: "No." }),
    { problem: "No.", losesSeat: true },
  ],
  [
    "a rate limit",
    new BackendError("rate_limited", "Too many attempts."),
    { problem: "Too many attempts.", losesSeat: false },
  ],
])("%s", (_what, error, refusal) => {
  expect(refusalOf(error)).toEqual(refusal);
});

test("only an invalid token is replaced by a new one", () => {
  expect(isStaleToken(new RadistError("invalid_token"))).toBe(true);
  expect(isStaleToken(new RadistError("room_full"))).toBe(false);
  expect(isStaleToken(new BackendError("invalid_token", ""))).toBe(false);
});
