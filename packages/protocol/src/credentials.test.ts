import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCharacters, randomBase62 } from "./checksum.ts";
import {
  CallToken,
  newCallToken,
  newPublicKey,
  newReconnectToken,
  newSecretKey,
  PublicKey,
  ReconnectToken,
  SecretKey,
} from "./credentials.ts";

const BASE62 = Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

describe("check characters", () => {
  // Computed with Python's zlib.crc32 and a base62 conversion of its own.
  test.each([
    ["", "000000"],
    ["123456789", "3jZRME"],
    [`rad_pk_${"0".repeat(32)}`, "0aaqG3"],
    ["rad_pk_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef", "2SGwM4"],
    [`rad_sk_${"0".repeat(43)}`, "1jAv1Q"],
    ["rad_sk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", "2ZicwR"],
  ])("of %j are %s", (text, characters) => {
    expect(checkCharacters(text)).toBe(characters);
  });

  const body = (length: number) =>
    fc
      .array(fc.constantFrom(...BASE62), { minLength: length, maxLength: length })
      .map((characters) => characters.join(""));

  const kinds = [
    { prefix: "rad_pk_", length: 32, schema: PublicKey },
    { prefix: "rad_sk_", length: 43, schema: SecretKey },
  ];

  test.each(kinds)("reject every single-character typo of a $prefix key", ({ prefix, length, schema }) => {
    fc.assert(
      fc.property(body(length), (random) => {
        const key = prefix + random + checkCharacters(prefix + random);
        expect(schema.safeParse(key).success).toBe(true);
        for (let at = 0; at < key.length; at++) {
          for (const wrong of BASE62) {
            if (wrong === key[at]) continue;
            expect(schema.safeParse(key.slice(0, at) + wrong + key.slice(at + 1)).success).toBe(false);
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  test.each(kinds)("reject every swap of neighbours in a $prefix key", ({ prefix, length, schema }) => {
    fc.assert(
      fc.property(body(length), (random) => {
        const key = prefix + random + checkCharacters(prefix + random);
        for (let at = 0; at + 1 < key.length; at++) {
          const [left = "", right = ""] = key.slice(at, at + 2);
          if (left === right) continue;
          expect(schema.safeParse(key.slice(0, at) + right + left + key.slice(at + 2)).success).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("form", () => {
  test.each([
    ["public key", newPublicKey, PublicKey, /^rad_pk_[0-9A-Za-z]{32}[0-9A-Za-z]{6}$/],
    ["secret key", newSecretKey, SecretKey, /^rad_sk_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/],
    ["participant token", newCallToken, CallToken, /^ct_[0-9A-Za-z_-]{43}$/],
    ["reconnect token", newReconnectToken, ReconnectToken, /^rt_[0-9A-Za-z_-]{43}$/],
  ])("a new %s passes its own schema and no other", (_name, make, schema, form) => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const credential = make();
      expect(credential).toMatch(form);
      expect(schema.safeParse(credential).success).toBe(true);
      const accepting = [PublicKey, SecretKey, CallToken, ReconnectToken].filter(
        (any) => any.safeParse(credential).success,
      );
      expect(accepting).toEqual([schema]);
      seen.add(credential);
    }
    expect(seen.size).toBe(200);
  });

  const token = newCallToken();
  const key = newPublicKey();
  test.each([
    ["a longer token", CallToken, `${token}A`],
    ["a shorter token", CallToken, token.slice(0, -1)],
    ["padding", CallToken, `${token}=`],
    ["a line feed at the end", CallToken, `${token}\n`],
    ["a blank before", CallToken, ` ${token}`],
    ["base64 instead of base64url", CallToken, `ct_${"+/".repeat(21)}A`],
    ["another prefix", CallToken, token.replace("ct_", "CT_")],
    ["nothing", CallToken, ""],
    ["a number", CallToken, 1],
    ["null", PublicKey, null],
    ["a line feed after a key", PublicKey, `${key}\n`],
    ["a key in an array", PublicKey, [key]],
    ["a key in lower case", PublicKey, "rad_pk_abcdefghijklmnopqrstuvwxyzabcdefghijkl"],
    ["letters outside ASCII", PublicKey, key.replace(/.$/, "ä")],
  ])("refuses %s", (_what, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  test("a refused credential is not repeated in the error", () => {
    const mistyped = `${newSecretKey().slice(0, -1)}!`;
    const { error } = SecretKey.safeParse(mistyped);
    expect(JSON.stringify(error)).not.toContain(mistyped.slice(7, 20));
  });
});

test("random characters are uniform: a chi-squared test over 62 values", () => {
  const draws = 62_000;
  const counts = new Map(BASE62.map((character) => [character, 0]));
  const text = Array.from({ length: 62 }, () => randomBase62(draws / 62)).join("");
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(62);
  const expected = draws / 62;
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 61 degrees of freedom: 143 is exceeded once in ten million runs; a plain `byte % 62` would be near 1,500.
  expect(chiSquared).toBeLessThan(143);
});
