import { expect, test } from "vitest";
import { ConvergingValue } from "./converging-value.ts";

/** A value whose changes the test lets succeed or fail. */
function value(start: number) {
  const applied: number[] = [];
  const pending: PromiseWithResolvers<void>[] = [];
  const converging = new ConvergingValue(start, (value) => {
    applied.push(value);
    const one = Promise.withResolvers<void>();
    pending.push(one);
    return one.promise;
  });
  const next = async () => {
    await Promise.resolve();
    const one = pending.shift();
    if (!one) throw new Error("No change is in progress.");
    return one;
  };
  return { converging, applied, next };
}

test("applies nothing before the other side exists, then the latest value", async () => {
  const { converging, applied, next } = value(0);
  await converging.set(1);
  await converging.set(2);
  expect(applied).toEqual([]);
  const there = converging.startFrom(0);
  (await next()).resolve();
  await there;
  expect(applied).toEqual([2]);
});

test("applies one change at a time, and skips those that were overtaken", async () => {
  const { converging, applied, next } = value(0);
  await converging.startFrom(0);
  const all = [converging.set(1), converging.set(2), converging.set(3)];
  (await next()).resolve();
  await expect.poll(() => applied).toEqual([1, 3]);
  (await next()).resolve();
  await Promise.all(all);
});

test("reverts a change that was taken back while it was in progress", async () => {
  const { converging, applied, next } = value(0);
  await converging.startFrom(0);
  const there = converging.set(1);
  void converging.set(0);
  (await next()).resolve();
  await expect.poll(() => applied).toEqual([1, 0]);
  (await next()).resolve();
  await there;
});

test("a change that failed is tried again from the value that the other side has", async () => {
  const { converging, applied, next } = value(0);
  await converging.startFrom(0);
  const there = converging.set(1);
  (await next()).reject(new Error("lost"));
  await expect(there).rejects.toThrow("lost");
  await converging.startFrom(1);
  expect(applied).toEqual([1]);
});

test("a change that failed because the other side was replaced is made to the one that replaced it", async () => {
  const { converging, applied, next } = value(0);
  await converging.startFrom(0);
  const there = converging.set(1);
  const lost = await next();
  void converging.startFrom(0);
  lost.reject(new Error("replaced"));
  await expect.poll(() => applied).toEqual([1, 1]);
  (await next()).resolve();
  await there;
});

test("misses no change that comes just when it has nothing left to do", async () => {
  const applied: number[] = [];
  const converging = new ConvergingValue(0, async (value) => void applied.push(value));
  void converging.startFrom(0);
  await converging.set(1);
  expect(applied).toEqual([1]);
});
