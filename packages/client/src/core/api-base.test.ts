import { expect, test } from "vitest";
import { DEFAULT_API_BASE_URL, resolveApiBase } from "./api-base.ts";

const PAGE = "https://app.example.com/room/7?x=1";

test.each([
  [DEFAULT_API_BASE_URL, "https://radist.tech/api/v1"],
  ["https://calls.example.com", "https://calls.example.com/api/v1"],
  ["https://calls.example.com/", "https://calls.example.com/api/v1"],
  ["https://calls.example.com/api/v1/", "https://calls.example.com/api/v1"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v1"],
  ["https://example.com/radist/api/v1?x#y", "https://example.com/radist/api/v1"],
  ["/api/v1", "https://app.example.com/api/v1"],
  ["/", "https://app.example.com/api/v1"],
])("the base of %s is %s", (given, base) => {
  expect(resolveApiBase(given, PAGE)).toBe(base);
});

test.each([
  ["/api/v1", undefined],
  ["ftp://example.com", PAGE],
  ["", undefined],
])("%j on the page %s is refused", (given, page) => {
  expect(() => resolveApiBase(given, page)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
});
