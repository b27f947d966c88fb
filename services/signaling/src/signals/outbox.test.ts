import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

const gate = () => Promise.withResolvers<void>();

test("tasks run one after the other, in order, however long each takes", async () => {
  const outbox = new Outbox(10);
  const gates = [gate(), gate(), gate()];
  const log: string[] = [];
  const done = gate();
  gates.forEach(({ promise }, index) => {
    outbox.push(async () => {
      log.push(`begin ${index}`);
      await promise;
      log.push(`end ${index}`);
    });
  });
  outbox.push(async () => done.resolve());
  // Opening the last gate first must not let it overtake.
  for (const { resolve } of gates.toReversed()) resolve();
  await done.promise;
  expect(log).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
});

test("is idle before the first task and after the last, and not while one runs or waits", async () => {
  const outbox = new Outbox(2);
  expect([outbox.isIdle, outbox.isFull]).toEqual([true, false]);
  const first = gate();
  outbox.push(() => first.promise);
  expect([outbox.isIdle, outbox.isFull]).toEqual([false, false]);
  const second = gate();
  const ran = gate();
  outbox.push(() => {
    ran.resolve();
    return second.promise;
  });
  expect([outbox.isIdle, outbox.isFull]).toEqual([false, true]);
  first.resolve();
  await ran.promise;
  expect([outbox.isIdle, outbox.isFull]).toEqual([false, false]);
  second.resolve();
  await settled(outbox);
  expect([outbox.isIdle, outbox.isFull]).toEqual([true, false]);
});

test("takes a task from within a task, behind those that wait", async () => {
  const outbox = new Outbox(10);
  const log: string[] = [];
  const done = gate();
  outbox.push(async () => {
    log.push("outer");
    outbox.push(async () => {
      log.push("inner");
      done.resolve();
    });
  });
  outbox.push(async () => {
    log.push("next");
  });
  await done.promise;
  expect(log).toEqual(["outer", "next", "inner"]);
});

/** Promise jobs run in order: after some turns of them, nothing is left that was ready. */
async function settled(outbox: Outbox): Promise<void> {
  for (let turn = 0; turn < 20 && !outbox.isIdle; turn++) await Promise.resolve();
}
