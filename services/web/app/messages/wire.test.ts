import { expect, test } from "vitest";
import { readWireMessage, type WireMessage } from "./wire.ts";

const MESSAGES: WireMessage[] = [
  { type: "presence", name: "Ada", muted: true, camera: false, screen: false },
  { type: "text", text: "Hello" },
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
])("%j is not a message of this page", (value) => {
  expect(readWireMessage(value)).toBeNull();
});
