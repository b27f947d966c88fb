import fc from "fast-check";
import { expect, test } from "vitest";
import { seal, unseal } from "./seal.ts";

const HASH = new Uint8Array(32).fill(7);
const SECRET = { credential: "rad_sk_one", idempotencyKey: "key" };

test("any text is opened as it was sealed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(unseal(seal(text, SECRET, HASH), SECRET, HASH)).toBe(text.toWellFormed());
    }),
  );
});

test.each([
  ["another credential", { ...SECRET, credential: "rad_sk_two" }, HASH],
  ["another idempotency key", { ...SECRET, idempotencyKey: "other" }, HASH],
  ["another request", SECRET, new Uint8Array(32)],
])("%s cannot open it", (_name, secret, hash) => {
  expect(unseal(seal("answer", SECRET, HASH), secret, hash)).toBeUndefined();
});

test("the same answer is sealed differently each time", () => {
  expect(seal("answer", SECRET, HASH)).not.toEqual(seal("answer", SECRET, HASH));
});

test("any flipped bit is noticed", () => {
  const sealed = seal("answer", SECRET, HASH);
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.map((byte, index) => (index === i ? byte ^ 1 : byte));
    expect(unseal(changed, SECRET, HASH)).toBeUndefined();
  }
});
