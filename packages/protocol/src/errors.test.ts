import { describe, expect, test } from "vitest";
import { ERRORS, type ErrorCode, type ErrorSpec, Refusal } from "./errors.ts";

const rows = Object.entries(ERRORS) as [ErrorCode, ErrorSpec][];

/** RFC 6455 section 7.4 and its registry, and this contract's private range. */
const CLOSE_CODES = [1009, 1011, 1012, 1013, 4400, 4401, 4403, 4409, 4410, 4429];

describe.each(rows)("%s", (code, spec) => {
  test("has a snake_case name", () => expect(code).toMatch(/^[a-z][a-z0-9]*(_[a-z]+)*$/));

  test("says a whole sentence", () => expect(spec.message).toMatch(/^[A-Z].*\.$/));

  test("has the status of an error", () =>
    expect([400, 401, 403, 404, 409, 410, 413, 422, 426, 429, 500, 503]).toContain(spec.status));

  test("closes with a code of the contract, or not at all", () => {
    for (const close of [spec.close, spec.closeWhenRepeated ?? null]) {
      if (close !== null) expect(CLOSE_CODES).toContain(close);
    }
  });

  test("closes at once or when repeated, not both", () => {
    expect(spec.close !== null && spec.closeWhenRepeated !== undefined).toBe(false);
  });

  test("has a close code that fits its status", () => {
    const close = spec.close ?? spec.closeWhenRepeated;
    if (close && close > 4000) expect(close - 4000).toBe(spec.status);
  });
});

// Users compare with these to the letter.
test.each<[ErrorCode, number, number | null, string]>([
  ["missing_bearer_token", 401, null, "Missing bearer token."],
  ["invalid_public_key", 401, null, "Invalid public key."],
  ["invalid_secret_key", 401, null, "Invalid project id or secret key."],
  ["call_not_found", 404, null, "Call not found."],
  ["call_private", 403, null, "Call is private."],
  ["peers_connected", 409, null, "All peers are already connected."],
  ["call_terminated", 410, 4410, "Call has been terminated."],
  ["connection_limit", 429, null, "Connection limit reached."],
  ["invalid_page", 400, null, "Invalid page query parameter."],
  ["invalid_limit", 400, null, "Invalid limit query parameter."],
  ["invalid_connection_request", 400, 4400, "Provide either callToken or the full reconnect payload."],
  ["unauthorized", 401, 4401, "Invalid public key."],
  ["invalid_token", 401, 4401, "Invalid or already consumed call token."],
])("%s is what the contract says", (code, status, close, message) => {
  expect(ERRORS[code]).toMatchObject({ status, close, message });
});

test.each<[ErrorCode, number | null, number | undefined]>([
  ["invalid_reconnect", 4401, undefined],
  ["origin_not_allowed", 4403, undefined],
  ["call_full", 4409, undefined],
  ["invalid_message", null, 4400],
  ["unsupported_message", null, undefined],
  ["peer_not_found", null, undefined],
  ["peer_not_connected", null, undefined],
  ["rate_limited", null, 4429],
  ["message_too_large", 1009, undefined],
  ["slow_consumer", 1013, undefined],
  ["internal_error", 1011, undefined],
])("%s closes a socket with %s, repeated with %s", (code, close, closeWhenRepeated) => {
  const spec: ErrorSpec = ERRORS[code];
  expect([spec.close, spec.closeWhenRepeated]).toEqual([close, closeWhenRepeated]);
});

describe("a refusal", () => {
  test("carries its row", () => {
    const refusal = new Refusal("call_full");
    expect(refusal).toMatchObject({ code: "call_full", spec: ERRORS.call_full, message: ERRORS.call_full.message });
    expect(refusal).toBeInstanceOf(Error);
  });

  test("may be more exact, and names its cause", () => {
    const cause = new Error("socket hang up");
    const refusal = new Refusal("invalid_message", "signalType: too long.", { cause });
    expect(refusal).toMatchObject({ message: "signalType: too long.", cause });
  });
});
