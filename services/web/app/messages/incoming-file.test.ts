import { expect, test } from "vitest";
import { IncomingFile } from "./incoming-file.ts";

const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

test("a file is complete when all announced bytes have arrived, in order", async () => {
  const file = new IncomingFile({ size: 5, mime: "text/plain" });
  expect([file.add(bytes(1, 2, 3)), file.complete, file.received]).toEqual([true, false, 3]);
  expect([file.add(bytes(4, 5)), file.complete]).toEqual([true, true]);
  expect([...new Uint8Array(await file.toBlob().arrayBuffer())]).toEqual([1, 2, 3, 4, 5]);
});

test("more than was announced is refused", () => {
  const file = new IncomingFile({ size: 2, mime: "" });
  expect(file.add(bytes(1, 2, 3))).toBe(false);
});

test("an empty file is complete from the start", () => {
  expect(new IncomingFile({ size: 0, mime: "" }).complete).toBe(true);
});

test("a large file keeps the order of its pieces", async () => {
  const chunk = 1024 * 1024;
  const file = new IncomingFile({ size: chunk * 9, mime: "video/mp4" });
  for (let at = 0; at < 9; at++) file.add(new Uint8Array(chunk).fill(at).buffer);
  const whole = new Uint8Array(await file.toBlob().arrayBuffer());
  expect(Array.from({ length: 9 }, (_, at) => whole[at * chunk + 7])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

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
])("a file of type %j is opened as %s, so that no script runs in this origin", (mime, expected) => {
  expect(new IncomingFile({ size: 0, mime }).toBlob().type).toBe(expected);
});
