import { expect, test } from "vitest";
import { Latch } from "./latch.ts";

const CLOSED = { code: "connection_closed" };

test("resolves with the value that opens it, and later with the present one", async () => {
  const latch = new Latch<string>();
  const waiting = [latch.whenOpen(), latch.whenOpen()];
  latch.open("first");
  expect(await Promise.all([...waiting, latch.whenOpen()])).toEqual(["first", "first", "first"]);
  latch.open("second");
  expect([latch.value, await latch.whenOpen()]).toEqual(["second", "second"]);
});

test("a closed latch opens again", async () => {
  const latch = new Latch<string>();
  latch.open("first");
  latch.close();
  expect(latch.value).toBeUndefined();
  const waiting = latch.whenOpen();
  latch.open("second");
  expect(await waiting).toBe("second");
});

test("an ended latch never opens again", async () => {
  const latch = new Latch<string>();
  const waiting = latch.whenOpen();
  latch.end();
  await expect(waiting).rejects.toMatchObject(CLOSED);
  latch.open("too late");
  expect(latch.value).toBeUndefined();
  await expect(latch.whenOpen()).rejects.toMatchObject(CLOSED);
});
