import { expect, test } from "vitest";
import { decodeMessage, encodeMessage, frameBytes } from "./framing.ts";

test.each(["", "hello", '{"looks":"like JSON"}', "[1]", "\n{}", "😀", "\r", "\rno JSON"])(
  "text stays text: %j",
  (text) => {
    expect(decodeMessage(encodeMessage(text))).toEqual({ type: "text", text });
  },
);

test.each([[{ a: [1, null, "ü"] }], [[]], [{}], [new Date(0)]])("an object arrives as JSON: %j", (value) => {
  const frame = encodeMessage(value);
  const plain = JSON.parse(JSON.stringify(value));
  expect(decodeMessage(frame)).toEqual({ type: "json", data: plain, text: JSON.stringify(value) });
  expect(typeof frame === "string" && JSON.parse(frame), "a peer without this SDK can parse it too").toEqual(plain);
});

test("bytes arrive as they were when sent, limited to the view", () => {
  const bytes = new Uint8Array([0, 1, 2, 3]);
  const frame = encodeMessage(bytes.subarray(1, 3));
  bytes.fill(9);
  const message = decodeMessage(frame as ArrayBuffer);
  expect(message.type === "binary" && [...new Uint8Array(message.data)]).toEqual([1, 2]);
});

test("values that cannot be expressed are refused", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const value of [circle, { toJSON: () => undefined }, null, undefined, 3, () => {}]) {
    expect(() => encodeMessage(value as object)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  }
});

test("the size of a frame is that of its UTF-8", () => {
  expect(frameBytes("aü😀")).toBe(7);
  expect(frameBytes(new ArrayBuffer(5))).toBe(5);
});
