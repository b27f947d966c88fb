import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BatchedLookUp } from "./batched-look-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LIMITS = { gatherMs: 100, maxBatch: 3 };

/** A look-up that says how long words are, when it is told to. */
function lengths() {
  const batches: { words: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const lookUp = new BatchedLookUp<string, number>(LIMITS, (words) => {
    const answered = Promise.withResolvers<readonly number[]>();
    batches.push({ words, answer: () => answered.resolve(words.map((word) => word.length)), fail: answered.reject });
    return answered.promise;
  });
  return { lookUp, batches };
}

test("questions of a while are asked together, and each gets its answer", async () => {
  const { lookUp, batches } = lengths();
  const first = lookUp.ask("a");
  await vi.advanceTimersByTimeAsync(99);
  const second = lookUp.ask("bb");
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches.map(({ words }) => words)).toEqual([["a", "bb"]]);
  batches[0]?.answer();
  expect(await Promise.all([first, second])).toEqual([1, 2]);
});

test("one batch is under way at a time, of bounded size", async () => {
  const { lookUp, batches } = lengths();
  void lookUp.ask("a");
  await vi.advanceTimersByTimeAsync(100);
  const waiting = ["b", "c", "d", "e", "f"].map((word) => lookUp.ask(word));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(batches.length).toBe(1);
  batches[0]?.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(batches[1]?.words).toEqual(["b", "c", "d"]);
  batches[1]?.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(batches[2]?.words).toEqual(["e", "f"]);
  batches[2]?.answer();
  expect(await Promise.all(waiting.map(async (answer) => answer))).toEqual([1, 1, 1, 1, 1]);
});

test("urgent questions are asked before all others", async () => {
  const { lookUp, batches } = lengths();
  for (const word of ["a", "b", "c"]) void lookUp.ask(word);
  for (const word of ["first", "second"]) void lookUp.ask(word, true);
  await vi.advanceTimersByTimeAsync(100);
  batches[0]?.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(batches.map(({ words }) => words)).toEqual([
    ["first", "second", "a"],
    ["b", "c"],
  ]);
});

test("a failed batch fails its questions alone", async () => {
  const { lookUp, batches } = lengths();
  const failing = expect(lookUp.ask("a")).rejects.toThrow("away");
  await vi.advanceTimersByTimeAsync(100);
  const other = lookUp.ask("bb");
  batches[0]?.fail(new Error("away"));
  await failing;
  await vi.advanceTimersByTimeAsync(100);
  batches[1]?.answer();
  expect(await other).toBe(2);
});

test("when it closes, nothing is gathered any more", async () => {
  const { lookUp, batches } = lengths();
  const asked = lookUp.ask("a");
  lookUp.close();
  await vi.advanceTimersByTimeAsync(0);
  batches[0]?.answer();
  expect(await asked).toBe(1);
});
