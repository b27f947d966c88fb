import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Batching } from "./batching.ts";
import { DatabaseUnavailable } from "./unavailable.ts";

/** Answers of which each batch waits for its turn. */
function doubling() {
  const batches: { readonly numbers: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const batching = new Batching<number, number>({
    maxBatch: 3,
    atOnce: 1,
    answer: (numbers) =>
      new Promise((resolve, fail) => {
        const outcomes = numbers.map((number) =>
          number < 0
            ? { status: "rejected" as const, reason: new Error(`${number} is negative.`) }
            : { status: "fulfilled" as const, value: 2 * number },
        );
        batches.push({ numbers, answer: () => resolve(outcomes), fail });
      }),
  });
  return { batching, batches };
}

/** Until what follows an answer has happened. */
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first question is asked at once, and what comes meanwhile together, in order and not too many", async () => {
  const { batching, batches } = doubling();
  const answers = Promise.all([1, 2, 3, 4, 5].map((number) => batching.ask(number)));
  for (let index = 0; index < 3; index++) {
    batches[index]?.answer();
    await settled();
  }
  expect(await answers).toEqual([2, 4, 6, 8, 10]);
  expect(batches.map(({ numbers }) => numbers)).toEqual([[1], [2, 3, 4], [5]]);
});

test("each question has its own outcome, and one batch that fails does not stop the next", async () => {
  const { batching, batches } = doubling();
  const outcomes = Promise.allSettled([1, -2, 3].map((number) => batching.ask(number)));
  batches[0]?.fail(new Error("The first one failed."));
  await settled();
  batches[1]?.answer();
  expect(
    (await outcomes).map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason.message)),
  ).toEqual(["The first one failed.", "-2 is negative.", 6]);
});

test("whose turn does not come in time is told that the database is unavailable, and is not asked about", async () => {
  const { batching, batches } = doubling();
  const [first, second] = [batching.ask(1), batching.ask(2)];
  const refused = expect(second).rejects.toThrow(DatabaseUnavailable);
  await vi.advanceTimersByTimeAsync(60_000);
  batches[0]?.answer();
  await refused;
  expect(await first).toBe(2);
  expect(batches).toHaveLength(1);
});
