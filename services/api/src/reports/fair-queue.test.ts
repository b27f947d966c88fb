import { expect, test, vi } from "vitest";
import { FairQueue } from "./fair-queue.ts";

const HERE = new AbortController().signal;
const queue = (maxWaiting = 2) => new FairQueue({ atOnce: 1, maxWaiting, patienceMs: 1_000 });

test("those of one owner go in one after the other, in order; another owner does not wait", async () => {
  const lanes = queue();
  const order: string[] = [];
  const enter = async (name: string) => {
    const leave = await lanes.enter("busy", HERE);
    order.push(name);
    return leave;
  };
  const first = await enter("first");
  const [second, third] = [enter("second"), enter("third")];
  expect(await lanes.enter("other", HERE)).toBeDefined();
  expect(order).toEqual(["first"]);
  first?.();
  first?.();
  const leaveSecond = await second;
  expect(order).toEqual(["first", "second"]);
  leaveSecond?.();
  (await third)?.();
  expect(order).toEqual(["first", "second", "third"]);
  expect(await lanes.enter("busy", HERE)).toBeDefined();
});

test("nobody waits for ever: the queue is short, patience ends, and who is gone is passed over", async () => {
  vi.useFakeTimers();
  try {
    const lanes = queue();
    const leave = await lanes.enter("busy", HERE);
    const gone = new AbortController();
    const [patient, goner] = [lanes.enter("busy", HERE), lanes.enter("busy", gone.signal)];
    expect(await lanes.enter("busy", HERE)).toBeUndefined();
    gone.abort();
    expect(await goner).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await patient).toBeUndefined();
    expect(await lanes.enter("busy", gone.signal)).toBeUndefined();
    leave?.();
    expect(await lanes.enter("busy", HERE)).toBeDefined();
  } finally {
    vi.useRealTimers();
  }
});
