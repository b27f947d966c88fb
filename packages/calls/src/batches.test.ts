import { DatabaseUnavailable } from "@radist-tech/db";
import { type CallId, newCallId } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import type { CallInput } from "./advance.ts";
import { BATCH, workThrough } from "./batches.ts";

const RUNNING = new AbortController().signal;

/** Calls that are due, and a store that fails for some of them. */
function work(count: number, options: { broken?: readonly number[]; error?: Error } = {}) {
  const ids = Array.from({ length: count }, newCallId);
  const due = new Set<CallId>(ids);
  const broken = new Set((options.broken ?? []).map((index) => ids[index]));
  const sizes: number[] = [];
  return {
    due,
    broken,
    sizes,
    find: () => Promise.resolve([...due].slice(0, BATCH).map(toSettle)),
    store(inputs: readonly CallInput[]) {
      sizes.push(inputs.length);
      if (inputs.some(({ callId }) => broken.has(callId))) {
        return Promise.reject(options.error ?? new Error("This one cannot be stored."));
      }
      for (const { callId } of inputs) due.delete(callId);
      return Promise.resolve(inputs.length);
    },
  };
}

const toSettle = (callId: CallId): CallInput => ({ callId, event: { type: "settle" } });

describe("Works through what is due", () => {
  test("in batches, until there is no more", async () => {
    const all = work(2 * BATCH + 7);
    await workThrough(all, RUNNING);
    expect(all.due.size).toBe(0);
    expect(all.sizes).toEqual([BATCH, BATCH, 7]);
  });

  test("one by one when a batch fails, so that all others are done, and then fails", async () => {
    const all = work(2 * BATCH, { broken: [3, BATCH + 1] });
    await expect(workThrough(all, RUNNING)).rejects.toThrow("2 calls could not be stored.");
    expect(all.due).toEqual(all.broken);
  });

  test("until the database is away: each further attempt would wait for it", async () => {
    const all = work(BATCH, { broken: [0], error: new DatabaseUnavailable("away") });
    await expect(workThrough(all, RUNNING)).rejects.toThrow("away");
    expect(all.sizes).toEqual([BATCH]);
  });

  test("until it is stopped", async () => {
    const stopping = new AbortController();
    const all = work(3 * BATCH);
    const store = (inputs: readonly CallInput[]): Promise<number> => {
      stopping.abort();
      return all.store(inputs);
    };
    await workThrough({ ...all, store }, stopping.signal);
    expect(all.due.size).toBe(2 * BATCH);
  });

  test("and gives up on what is found but changes nothing", async () => {
    const all = work(BATCH);
    await workThrough({ ...all, store: () => Promise.resolve(0) }, RUNNING);
    expect(all.due.size).toBe(BATCH);
  });
});
