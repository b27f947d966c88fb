import { RadistError } from "@radist-tech/client";
import { expect, test } from "vitest";
import { BackendError } from "../backend/backend.ts";
import { isStaleToken, refusalOf } from "./refusal.ts";

test.each([
  ["the platform's last word", new RadistError("room_full"), { reason: "full" }],
  ["the backend's last word", new BackendError("call_terminated", "Call has been terminated."), { reason: "ended" }],
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
    "an allowance that is used up",
    new BackendError("rate_limited", "Too many attempts."),
    { problem: "Too many attempts.", losesSeat: false },
  ],
])("%s", (_what, error, refusal) => {
  expect(refusalOf(error)).toEqual(refusal);
});

test("only a token that is no longer good is replaced by another one", () => {
  expect(isStaleToken(new RadistError("invalid_token"))).toBe(true);
  expect(isStaleToken(new RadistError("room_full"))).toBe(false);
  expect(isStaleToken(new BackendError("invalid_token", ""))).toBe(false);
});
