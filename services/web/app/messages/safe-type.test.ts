import { expect, test } from "vitest";
import { safeType } from "./safe-type.ts";

test.each([
  ["image/png", "image/png"],
  ["video/mp4", "video/mp4"],
  ["audio/ogg", "audio/ogg"],
  ["application/pdf", "application/pdf"],
  ["text/plain", "text/plain"],
  ["text/html", "application/octet-stream"],
  ["image/svg+xml", "application/octet-stream"],
  ["application/javascript", "application/octet-stream"],
  ["text/plain; charset=utf-8", "application/octet-stream"],
  ["", "application/octet-stream"],
])("a file of type %j is opened as %s, so that no script runs in this origin", (type, expected) => {
  expect(safeType(type)).toBe(expected);
});
