import { expect, test } from "vitest";
import { Follower } from "./follower.ts";

/** A follower whose changes are let through by hand. */
function follower(start: number) {
  const applied: number[] = [];
  const pending: PromiseWithResolvers<void>[] = [];
  const following = new Follower(start, (value) => {
    applied.push(value);
    const one = Promise.withResolvers<void>();
    pending.push(one);
    return one.promise;
  });
  const next = async () => {
    await Promise.resolve();
    const one = pending.shift();
    if (!one) throw new Error("Nothing is under way.");
    return one;
  };
  return { following, applied, next };
}

test("does nothing before there is somebody to follow, then what is wanted by then", async () => {
  const { following, applied, next } = follower(0);
  await following.set(1);
  await following.set(2);
  expect(applied).toEqual([]);
  const there = following.from(0);
  (await next()).resolve();
  await there;
  expect(applied).toEqual([2]);
});

test("does one thing at a time, and leaves out what was overtaken", async () => {
  const { following, applied, next } = follower(0);
  await following.from(0);
  const all = [following.set(1), following.set(2), following.set(3)];
  (await next()).resolve();
  await expect.poll(() => applied).toEqual([1, 3]);
  (await next()).resolve();
  await Promise.all(all);
});

test("goes back when the wish went back while it was on its way", async () => {
  const { following, applied, next } = follower(0);
  await following.from(0);
  const there = following.set(1);
  void following.set(0);
  (await next()).resolve();
  await expect.poll(() => applied).toEqual([1, 0]);
  (await next()).resolve();
  await there;
});

test("what failed is tried again from what the other side says it has", async () => {
  const { following, applied, next } = follower(0);
  await following.from(0);
  const there = following.set(1);
  (await next()).reject(new Error("lost"));
  await expect(there).rejects.toThrow("lost");
  await following.from(1);
  expect(applied).toEqual([1]);
});

test("misses no change that comes just when it has nothing left to do", async () => {
  const applied: number[] = [];
  const following = new Follower(0, async (value) => void applied.push(value));
  void following.from(0);
  await following.set(1);
  expect(applied).toEqual([1]);
});
