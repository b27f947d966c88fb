import { expect, test } from "vitest";
import { CHUNK_BYTES, readChunk, readWireMessage, type WireMessage, writeChunk } from "./wire.ts";

const MESSAGES: WireMessage[] = [
  { type: "presence", name: "Ada", muted: true, camera: false, screen: false },
  { type: "text", text: "Hello" },
  { type: "file", file: 1, name: "a.txt", size: 3, mime: "text/plain" },
  { type: "file-withdrawn", file: 1 },
  { type: "file-received", file: 1, bytes: 3 },
  { type: "file-refused", file: 1, reason: "too-large" },
];

test.each(MESSAGES)("$type is read as it was written, without extra members", (message) => {
  expect(readWireMessage(JSON.parse(JSON.stringify({ ...message, more: 1 })))).toEqual(message);
});

test.each([
  null,
  7,
  [],
  {},
  { type: "unknown" },
  { type: "presence", name: 7 },
  { type: "presence", name: "x".repeat(256) },
  { type: "text" },
  { type: "text", text: "x".repeat(8_001) },
  { type: "file", file: 1, name: "a", size: -1, mime: "" },
  { type: "file", file: 1.5, name: "a", size: 1, mime: "" },
  { type: "file", file: 1, name: "a", size: 1e300, mime: "" },
  { type: "file-received", file: 1, bytes: "3" },
])("%j is not a message of this page", (value) => {
  expect(readWireMessage(value)).toBeNull();
});

test("a chunk carries its file's number", () => {
  const bytes = Uint8Array.from({ length: CHUNK_BYTES }, (_, index) => index % 251).buffer;
  expect(readChunk(writeChunk(0xfffffffe, bytes))).toEqual({ file: 0xfffffffe, bytes });
  expect(readChunk(new ArrayBuffer(3))).toBeNull();
});
