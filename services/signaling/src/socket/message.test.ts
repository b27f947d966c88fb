import { ALICE } from "@radist-tech/calls/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonText } from "../testing/json-text.ts";
import { readMessage } from "./conversation.ts";

const signal = (fields: object): string =>
  JSON.stringify({ type: "signal", targetPeerId: ALICE, signalType: "offer", ...fields });

describe("A message is read:", () => {
  test.each<[string, string, object]>([
    [
      "a signal",
      signal({ payload: { a: 1 } }),
      { type: "signal", targetPeerId: ALICE, signalType: "offer", payload: { a: 1 } },
    ],
    ["a leave", '{"type":"leave"}', { type: "leave" }],
    ["with its request id", '{"type":"leave","requestId":"r"}', { type: "leave", requestId: "r" }],
    ["with fields of a later version left out", '{"type":"leave","force":true}', { type: "leave" }],
    ["the last of duplicate fields", '{"type":"signal","type":"leave"}', { type: "leave" }],
    ["around white space", ' \r\n{"type":"leave"}\t', { type: "leave" }],
  ])("%s", (_what, text, message) => expect(readMessage(text)).toEqual({ message }));

  test("with a payload nested as deep as a frame can hold", () => {
    const payload = "[".repeat(30_000) + "]".repeat(30_000);
    const read = readMessage(`{"type":"signal","targetPeerId":"${ALICE}","signalType":"x","payload":${payload}}`);
    expect(read).toMatchObject({ message: { type: "signal", targetPeerId: ALICE, signalType: "x" } });
  });

  test("without a prototype being touched", () => {
    const read = readMessage('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"type":"leave"}');
    expect(read).toEqual({ message: { type: "leave" } });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("An error names what is wrong:", () => {
  const invalid = "invalid_message";
  test.each<[string, string, string, string]>([
    ["nothing", "", invalid, "The message is not JSON."],
    ["half a message", '{"type":', invalid, "The message is not JSON."],
    ["a byte order mark", '\ufeff{"type":"leave"}', invalid, "The message is not JSON."],
    ["two messages", '{"type":"leave"}{"type":"leave"}', invalid, "The message is not JSON."],
    ["a list", '[{"type":"leave"}]', invalid, "The message is not a JSON object."],
    ["null", "null", invalid, "The message is not a JSON object."],
    ["a string", '"leave"', invalid, "The message is not a JSON object."],
    ["no type", "{}", invalid, "type: must be a string."],
    ["a type that is no string", '{"type":1}', invalid, "type: must be a string."],
    ["a type that is inherited", '{"__proto__":{"type":"leave"}}', invalid, "type: must be a string."],
    ["an unknown type", '{"type":"dance"}', "unsupported_message", 'Unknown message type "dance".'],
    ["a name of every object", '{"type":"constructor"}', "unsupported_message", 'Unknown message type "constructor".'],
    ["a type of the server", '{"type":"call_joined"}', "unsupported_message", 'Unknown message type "call_joined".'],
    ["no target", '{"type":"signal","signalType":"offer"}', invalid, "targetPeerId: "],
    ["a target that is none", signal({ targetPeerId: "bob" }), invalid, "targetPeerId: "],
    ["a signal type with a line feed", signal({ signalType: "offer\n" }), invalid, "signalType: "],
    ["a signal type that is too long", signal({ signalType: "x".repeat(65) }), invalid, "signalType: "],
    ["an empty request id", '{"type":"leave","requestId":""}', invalid, "requestId: "],
  ])("%s", (_what, text, code, message) => {
    const read = readMessage(text);
    expect(read).toMatchObject({ code });
    expect("message" in read && read.message).toContain(message);
  });

  test("and the request, if that can be told", () => {
    expect(readMessage('{"type":"dance","requestId":"r"}')).toMatchObject({ requestId: "r" });
    expect(readMessage('{"type":"signal","requestId":"r"}')).toMatchObject({ requestId: "r" });
    for (const requestId of ["", "x".repeat(129), 7, null, {}]) {
      expect(readMessage(JSON.stringify({ type: "dance", requestId }))).not.toHaveProperty("requestId");
    }
  });

  test("without repeating an endless type", () => {
    const read = readMessage(JSON.stringify({ type: "x".repeat(60_000) }));
    expect(JSON.stringify(read).length).toBeLessThan(200);
  });
});

const reading = (text: string): void => {
  const read = readMessage(text);
  if (!("code" in read)) {
    expect(["signal", "leave"]).toContain(read.message.type);
    return;
  }
  expect(["invalid_message", "unsupported_message"]).toContain(read.code);
  expect(read.message).toMatch(/^\S.*\.$/s);
  expect(read.message.length).toBeLessThan(500);
};

test("any text is a message or a complaint", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), reading), { numRuns: 1_000 });
  fc.assert(fc.property(jsonText, reading), { numRuns: 1_000 });
});

test("any object with some fields of a message is a message or a complaint", () => {
  const some = fc.record(
    {
      type: fc.oneof(fc.constantFrom("signal", "leave"), fc.jsonValue()),
      targetPeerId: fc.oneof(fc.constant(ALICE), fc.jsonValue()),
      signalType: fc.oneof(fc.constant("offer"), fc.jsonValue()),
      payload: fc.jsonValue(),
      requestId: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(some, (object) => reading(JSON.stringify(object))),
    { numRuns: 1_000 },
  );
});
