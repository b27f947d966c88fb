import { expect, test } from "vitest";
import { decodeMessage, encodeMessage, type Frame, frameBytes, readFrame } from "./framing.ts";

test.each(["", "hello", '{"looks":"like JSON"}', "[1]", "\n{}", "😀", "\r", "\rno JSON"])(
  "text stays text: %j",
  (text) => {
    expect(decodeMessage(encodeMessage(text) as Frame)).toEqual({ type: "text", text });
  },
);

test.each([[{ a: [1, null, "ü"] }], [[]], [{}], [new Date(0)]])("an object arrives as JSON: %j", (value) => {
  const frame = encodeMessage(value);
  const plain = JSON.parse(JSON.stringify(value));
  expect(decodeMessage(frame as Frame)).toEqual({ type: "json", data: plain, text: JSON.stringify(value) });
  expect(typeof frame === "string" && JSON.parse(frame), "a peer without this SDK can parse it too").toEqual(plain);
});

test("bytes arrive as they were when sent, limited to the view", () => {
  const bytes = new Uint8Array([0, 1, 2, 3]);
  const frame = encodeMessage(bytes.subarray(1, 3));
  bytes.fill(9);
  const message = decodeMessage(frame as ArrayBuffer);
  expect(message.type === "binary" && [...new Uint8Array(message.data)]).toEqual([1, 2]);
});

test.each([new Blob(["ab"], { type: "text/plain" }), new File(["ab"], "a.txt")])(
  "a %s is sent as its bytes",
  async (blob) => {
    const frame = encodeMessage(blob);
    expect(frameBytes(frame)).toBe(2);
    const message = decodeMessage(await readFrame(frame));
    expect(message.type === "binary" && new TextDecoder().decode(message.data)).toBe("ab");
  },
);

test("a Blob that can no longer be read is refused", async () => {
  const gone = new Blob(["ab"]);
  gone.arrayBuffer = () => Promise.reject(new DOMException("", "NotReadableError"));
  await expect(readFrame(encodeMessage(gone))).rejects.toMatchObject({ code: "invalid_argument" });
});

const circle: Record<string, unknown> = {};
circle.self = circle;

test.each([
  ["a cycle", circle],
  ["what says that it is nothing", { toJSON: () => undefined }],
  ["null", null],
  ["undefined", undefined],
  ["a number", 3],
  ["a function", () => {}],
  ["a Map", new Map([[1, 2]])],
  ["a Set", new Set([1])],
  ["an Error", new TypeError("x")],
  ["a Promise", Promise.resolve(1)],
  ["a RegExp", /x/],
  ["a WeakMap", new WeakMap()],
  ["a Map inside", { deep: [{ map: new Map() }] }],
  ["a function inside", { call() {} }],
  ["a symbol inside", { symbol: Symbol("x") }],
  ["a bigint inside", { big: 1n }],
  ["NaN inside", { number: Number.NaN }],
  ["a Blob inside", { file: new Blob([]) }],
  ["bytes inside", { bytes: new Uint8Array(2) }],
  ["undefined in an array", [undefined]],
])("%s is refused, as it would not arrive as what it is", (_, value) => {
  expect(() => encodeMessage(value as object)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
});

test("the refusal names the member", () => {
  expect(() => encodeMessage({ deep: [{ map: new Map() }] })).toThrow("message.deep[0].map is a Map");
});

test("objects of classes, undefined members and dates are sent as JSON has it", () => {
  class Point {
    readonly x = 1;
    readonly hidden = undefined;
    readonly at = new Date(0);
  }
  expect(encodeMessage(new Point())).toBe('\r{"x":1,"at":"1970-01-01T00:00:00.000Z"}');
});

test("the size of a frame is that of its UTF-8", () => {
  expect(frameBytes("aü😀")).toBe(7);
  expect(frameBytes(new ArrayBuffer(5))).toBe(5);
});
