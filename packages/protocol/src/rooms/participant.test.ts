import { describe, expect, test } from "vitest";
import { E2eeMode, Metadata, Participant, ParticipantInfo } from "./participant.ts";

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** A text that takes so many bytes in JSON. */
const taking = (bytes: number, character = "x"): string =>
  character.repeat((bytes - 2) / new TextEncoder().encode(character).length);

describe("metadata are accepted:", () => {
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a number", -1.5],
    ["false", false],
    ["an empty text", ""],
    ["an empty object", {}],
    ["a list of all kinds", [1, "a", null, true, { b: [] }]],
    ["16 KiB", taking(16_384)],
    ["16 KiB in another script", taking(16_384, "é")],
    ["64 levels", nested(64)],
    ["a text that speaks of U+0000", "\\u0000"],
    ["emoji", { "👋🏽": "👩‍👩‍👧" }],
  ])("%s", (_what, value) => expect(Metadata.parse(value)).toEqual(value));
});

describe("metadata are refused:", () => {
  test.each<[string, unknown]>([
    ["what is missing", undefined],
    ["more than 16 KiB", taking(16_385)],
    ["more than 16 KiB in another script, in fewer characters", "é".repeat(10_000)],
    ["many small things", Array.from({ length: 8_193 }, () => 0)],
    ["65 levels", nested(65)],
    ["65 levels behind something shallow", [1, nested(64)]],
    ["U+0000 in a text", ["a\0"]],
    ["U+0000 in a name", { "a\0": 1 }],
    ["a lone surrogate in a text", { a: "\ud800" }],
    ["a lone surrogate in a name", { "\udfff": 1 }],
  ])("%s", (_what, value) => expect(Metadata.safeParse(value).success).toBe(false));

  test("nesting without end, without exhausting the stack", () => {
    const depth = 100_000;
    expect(Metadata.safeParse(JSON.parse("[".repeat(depth) + "]".repeat(depth))).success).toBe(false);
  });
});

test("__proto__ in metadata travels as the plain field that it is", () => {
  const text = '{"__proto__":{"polluted":true},"constructor":1}';
  expect(JSON.stringify(Metadata.parse(JSON.parse(text)))).toBe(text);
  expect("polluted" in {}).toBe(false);
});

describe("a participant", () => {
  test("may publish and subscribe unless it is said that it may not", () => {
    expect(Participant.parse({})).toEqual({ canPublish: true, canSubscribe: true });
    expect(Participant.parse({ canPublish: false })).toEqual({ canPublish: false, canSubscribe: true });
  });

  test.each<[string, object]>([
    ["nothing", {}],
    ["an identity of 128 characters", { identity: "i".repeat(128) }],
    ["an identity with blanks, which is the backend's own", { identity: " a " }],
    ["a name of 200 characters", { name: "n".repeat(200) }],
    ["all", { identity: "a", name: "Ann", metadata: [1] }],
  ])("is told of by %s", (_what, info) => expect(ParticipantInfo.parse(info)).toEqual(info));

  test.each<[string, object]>([
    ["an empty identity", { identity: "" }],
    ["an identity of 129 characters", { identity: "i".repeat(129) }],
    ["an identity that is a number", { identity: 1 }],
    ["an identity with U+0000", { identity: "a\0" }],
    ["an identity that is no Unicode text", { identity: "\ud800" }],
    ["an empty name", { name: "" }],
    ["a name of blanks", { name: "  " }],
    ["a name of 201 characters", { name: "n".repeat(201) }],
    ["a grant that is a text", { canPublish: "false" }],
    ["a grant that is null", { canSubscribe: null }],
  ])("is not told of by %s", (_what, info) => expect(Participant.safeParse(info).success).toBe(false));

  test("has its name trimmed, and what nobody knows dropped", () => {
    expect(Participant.parse({ name: " Ann ", isAdmin: true })).toEqual({
      name: "Ann",
      canPublish: true,
      canSubscribe: true,
    });
  });
});

test("end-to-end encryption is optional or required, not off", () => {
  expect(E2eeMode.options).toEqual(["optional", "required"]);
});
