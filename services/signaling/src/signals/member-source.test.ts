import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonObjectText, NAMES } from "../testing/json-text.ts";
import { memberSource } from "./member-source.ts";

const LARGEST = 64 * 1024;

/** Compares by text, since a matcher would set `__proto__` rather than compare it, and would recurse. */
const canonical = (value: unknown): string => JSON.stringify(value);

test("is, for any object and any way of writing it, the text of the value that JSON.parse would give", () => {
  fc.assert(
    fc.property(jsonObjectText, fc.constantFrom(...NAMES), (text, name) => {
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const source = memberSource(text, name);
      expect(source !== undefined).toBe(Object.hasOwn(parsed, name));
      if (source === undefined) return;
      expect(text).toContain(source);
      expect(source).not.toMatch(/^[ \t\r\n]|[ \t\r\n]$/);
      expect(canonical(JSON.parse(source))).toBe(canonical(parsed[name]));
    }),
    { numRuns: 3_000 },
  );
});

test("is the same for objects that JSON.stringify writes, indented or not", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), fc.nat(3), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      for (const [name, value] of Object.entries(object)) {
        expect(canonical(JSON.parse(String(memberSource(text, name))))).toBe(canonical(value));
      }
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["digits that no number keeps", '{"payload":1.10000000000000000000001}', "1.10000000000000000000001"],
  ["the last of several", '{"payload":1,"payload":{"a":2} ,"x":3}', '{"a":2}'],
  ["an escaped name", '{"p\\u0061yload":1}', "1"],
  ["quotes, brackets and commas in strings", '{"x":"}\\",{[","payload":"\\\\"}', '"\\\\"'],
  ["line feeds inside", '{"payload":\r\n[1,\n2]\n}', "[1,\n2]"],
  ["a member named like it deeper down", '{"x":{"payload":1},"payload":2}', "2"],
  ["an empty object", '{"payload":{}}', "{}"],
  ["a name without colon in a value", '{"x":"payload","payload":null}', "null"],
])("keeps %s", (_what, text, source) => expect(memberSource(text, "payload")).toBe(source));

test.each([["{}"], [" { } "], ['{"x":{"payload":1}}'], ['{"payload ":1}'], ['{"x":"\\"payload\\":1"}']])(
  "finds nothing in %s",
  (text) => expect(memberSource(text, "payload")).toBeUndefined(),
);

const nested = (open: string, close: string, levels: number): string => open.repeat(levels) + close.repeat(levels);

test.each([
  ["lists", nested("[", "]", 30_000)],
  ["objects", `${'{"a":'.repeat(12_000)}1${"}".repeat(12_000)}`],
])("does not mind %s nested as deep as a frame can hold", (_what, payload) => {
  expect(memberSource(`{"type":"signal","payload":${payload}}`, "payload")).toBe(payload);
});

/** A text that counts how many of its characters are looked at. */
function counted(text: string): { text: string; looks: () => number } {
  let looks = 0;
  const counting = {
    length: text.length,
    charAt: (at: number) => text.charAt(count(at, 1)),
    charCodeAt: (at: number) => text.charCodeAt(count(at, 1)),
    slice: (from: number, to: number) => text.slice(from, from + count(to - from, to - from)),
    indexOf: (sought: string, from = 0) => {
      const at = text.indexOf(sought, from);
      return count(at, (at < 0 ? text.length : at + 1) - from);
    },
  };
  function count<T>(result: T, by: number): T {
    looks += by;
    return result;
  }
  const proxy = new Proxy(counting, {
    get: (target, key) => (/^\d+$/.test(String(key)) ? text[count(Number(key), 1)] : Reflect.get(target, key)),
  });
  return { text: proxy as unknown as string, looks: () => looks };
}

const fill = (unit: string, around = 40): string => unit.repeat(Math.floor((LARGEST - around) / unit.length));

describe("Reads each character of the largest frame only a few times:", () => {
  test.each([
    ["one long string", `{"x":"${fill("x")}","payload":1}`],
    ["escaped quotes", `{"x":"${fill('\\"')}","payload":1}`],
    ["backslashes", `{"x":"${fill("\\\\")}","payload":1}`],
    ["backslashes before quotes", `{"x":"${fill('\\\\\\\\\\\\\\"')}","payload":1}`],
    ["white space", `{"x":${fill(" ")}1,"payload":1}`],
    ["many members", `{${fill('"a":1,')}"payload":1}`],
    ["many members of its name", `{${fill('"payload":1,')}"payload":1}`],
    ["escaped names", `{${fill('"\\u0061":1,')}"payload":1}`],
    ["empty strings", `{"x":[${fill('"",')}""],"payload":1}`],
    ["a long number", `{"x":${fill("1")},"payload":1}`],
    ["nested lists", `{"x":${nested("[", "]", 32_000)},"payload":1}`],
    ["the payload itself", `{"payload":[${fill('"\\\\",')}1]}`],
  ])("%s", (_what, json) => {
    expect(json.length).toBeGreaterThan(LARGEST * 0.95);
    expect(json.length).toBeLessThanOrEqual(LARGEST);
    const { text, looks } = counted(json);
    expect(JSON.parse(String(memberSource(text, "payload")))).toEqual(JSON.parse(json).payload);
    expect(looks()).toBeLessThan(5 * json.length);
  });
});
