import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { safetyNumber } from "./safety-number.ts";

/** A second implementation: by Node's crypto, on hexadecimal text. */
function expected(one: Uint8Array, other: Uint8Array): string {
  const parts = [one, other].map((bytes) => {
    const length = bytes.length.toString(16).padStart(4, "0");
    return length + Buffer.from(bytes).toString("hex");
  });
  // Hexadecimal text sorts like the bytes that it stands for.
  const hash = createHash("sha256").update(parts.sort().join(""), "hex").digest("hex");
  const digits = String(BigInt(`0x${hash}`) % 10n ** 60n).padStart(60, "0");
  return Array.from({ length: 12 }, (_, group) => digits.slice(group * 5, group * 5 + 5)).join(" ");
}

const bytes = (first: number, length = 32) => new Uint8Array(length).map((_, index) => (first + index) & 0xff);

test.each([
  ["two fingerprints", bytes(0), bytes(32), "12544 95157 29876 26234 30397 80181 99870 32398 99310 53895 57142 82329"],
  ["two alike", bytes(7), bytes(7), "63002 84399 88989 16966 05137 05850 37836 22422 98400 87222 21033 47147"],
  [
    "two of different lengths",
    bytes(1, 32),
    bytes(1, 64),
    "01728 11346 04119 88801 05899 66066 65261 53845 91257 83250 16171 94951",
  ],
])("the number of %s", async (_what, one, other, number) => {
  expect(await safetyNumber(one, other)).toBe(number);
  expect(expected(one, other)).toBe(number);
});

test("agrees with the second implementation, whoever is first", async () => {
  const some = fc.uint8Array({ minLength: 1, maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(some, some, async (one, other) => {
      const number = await safetyNumber(one, other);
      expect(number).toMatch(/^\d{5}( \d{5}){11}$/);
      expect(number).toBe(expected(one, other));
      expect(await safetyNumber(other, one)).toBe(number);
    }),
  );
});

test("is another one when a single bit is, and when bytes move from one side to the other", async () => {
  const number = await safetyNumber(bytes(0), bytes(32));
  for (let bit = 0; bit < 256; bit++) {
    const changed = bytes(0).map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(await safetyNumber(changed, bytes(32))).not.toBe(number);
  }
  const [one, other] = [bytes(0, 31), new Uint8Array([31, ...bytes(32)])];
  expect(await safetyNumber(one, other)).not.toBe(number);
});
