import { BROWSER_ERRORS } from "@radist-tech/protocol/browser-errors";
import { describe, expect, test } from "vitest";
import { closesSocket, httpError, protocolError, RadistError } from "./errors.ts";

describe("an HTTP error", () => {
  test("is identified by the body's code", () => {
    const error = httpError(403, { error: "Call is private.", code: "call_private", requestId: "r1" });
    expect(error).toMatchObject({ name: "RadistError", code: "call_private", retryable: false, requestId: "r1" });
  });

  test.each([
    [401, "Missing bearer token.", "missing_bearer_token"],
    [404, "Call not found.", "call_not_found"],
    [409, "All peers are already connected.", "peers_connected"],
    [410, "Call has been terminated.", "call_terminated"],
    [429, "Connection limit reached.", "connection_limit"],
  ])("or else by its message: %d %s", (status, error, code) => {
    expect(httpError(status, { error })).toMatchObject({ code, message: error });
  });

  test.each([
    [401, "invalid_public_key", false],
    [410, "call_terminated", false],
    [502, "unavailable", true],
    [418, "unavailable", true],
  ])("or else by the status: %d", (status, code, retryable) => {
    expect(httpError(status, undefined)).toMatchObject({ code, retryable });
    expect(httpError(status, { error: "Other words.", code: "toString" })).toMatchObject({
      code,
      message: "Other words.",
    });
  });
});

test("every error has the message and the retry flag of the platform's table", () => {
  for (const [code, row] of Object.entries(BROWSER_ERRORS)) {
    const error = new RadistError(code as keyof typeof BROWSER_ERRORS);
    expect([error.message, error.retryable]).toEqual([row.message, row.retry]);
  }
});

test("an error of a newer platform is still an error", () => {
  expect(protocolError({ code: "brand_new", message: "Something.", requestId: "r1" })).toMatchObject({
    code: "internal_error",
    message: "Something.",
    requestId: "r1",
  });
});

test.each([
  ["invalid_token", true],
  ["unavailable", true],
  ["message_too_large", true],
  ["rate_limited", false],
  ["consumer_not_found", false],
  ["network_error", false],
] as const)("%s closes the socket: %s", (code, closes) => {
  expect(closesSocket(new RadistError(code))).toBe(closes);
});
