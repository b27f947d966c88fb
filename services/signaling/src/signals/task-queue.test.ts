import { expect, test } from "vitest";
import { TaskQueue } from "./task-queue.ts";

const gate = () => Promise.withResolvers<void>();

test("tasks run one after the other, in order, however long each takes", async () => {
  const queue = new TaskQueue(10);
  const gates = [gate(), gate(), gate()];
  const log: string[] = [];
  const done = gate();
  gates.forEach(({ promise }, index) => {
    queue.push(async () => {
      log.push(`begin ${index}`);
      await promise;
      log.push(`end ${index}`);
    });
  });
  queue.push(async () => done.resolve());
  // Opening the last gate first must not let it overtake.
  for (const { resolve } of gates.toReversed()) resolve();
  await done.promise;
  expect(log).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
});

test("is idle before the first task and after the last, and not while one runs or waits", async () => {
  const queue = new TaskQueue(2);
  expect([queue.isIdle, queue.isFull]).toEqual([true, false]);
  const first = gate();
  queue.push(() => first.promise);
  expect([queue.isIdle, queue.isFull]).toEqual([false, false]);
  const second = gate();
  const ran = gate();
  queue.push(() => {
    ran.resolve();
    return second.promise;
  });
  expect([queue.isIdle, queue.isFull]).toEqual([false, true]);
  first.resolve();
  await ran.promise;
  expect([queue.isIdle, queue.isFull]).toEqual([false, false]);
  second.resolve();
  await settled(queue);
  expect([queue.isIdle, queue.isFull]).toEqual([true, false]);
});

test("takes a task from within a task, after those that wait", async () => {
  const queue = new TaskQueue(10);
  const log: string[] = [];
  const done = gate();
  queue.push(async () => {
    log.push("outer");
    queue.push(async () => {
      log.push("inner");
      done.resolve();
    });
  });
  queue.push(async () => {
    log.push("next");
  });
  await done.promise;
  expect(log).toEqual(["outer", "next", "inner"]);
});

/** Promise jobs run in order: after some turns of them, nothing is left that was ready. */
async function settled(queue: TaskQueue): Promise<void> {
  for (let turn = 0; turn < 20 && !queue.isIdle; turn++) await Promise.resolve();
}
