import { expect, test } from "vitest";
import { addressBlocks } from "../client-address.ts";
import { AttemptSlots } from "./attempt-slots.ts";

const ipv4 = (host: number) => ({ block: `192.0.2.${host}` });

test("each address has its own, and all together have a bound", () => {
  const slots = new AttemptSlots({ perBlock: 2, inAll: 3 });
  const first = slots.take(ipv4(1));
  expect(first).toBeDefined();
  expect(slots.take(ipv4(1))).toBeDefined();
  expect(slots.take(ipv4(1))).toBeUndefined();
  expect(slots.take(ipv4(2))).toBeDefined();
  expect(slots.take(ipv4(3))).toBeUndefined();
  first?.[Symbol.dispose]();
  expect(slots.take(ipv4(3))).toBeDefined();
  expect(slots.take(ipv4(1))).toBeUndefined();
});

test("the /64s of one /48 share four times as many", () => {
  const slots = new AttemptSlots({ perBlock: 2, inAll: 100 });
  const take = (subscriber: number) => slots.take(addressBlocks(`2001:db8:1:${subscriber}::1`));
  const taken = [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6].map((subscriber) => take(subscriber) !== undefined);
  expect(taken).toEqual([true, true, false, true, true, true, true, true, true, false, false]);
  expect(slots.take(addressBlocks("2001:db8:2::1"))).toBeDefined();
});

test("none are there for nobody", () => {
  expect(new AttemptSlots({ perBlock: 0, inAll: 10 }).take(ipv4(1))).toBeUndefined();
  expect(new AttemptSlots({ perBlock: 10, inAll: 0 }).take(ipv4(1))).toBeUndefined();
});
