import { DatabaseUnavailable } from "@radist-tech/db";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogger } from "./logger.ts";
import { PacedLookup } from "./paced-lookup.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const logger = createLogger({ name: "test", level: "silent" });
const keyOf = (question: string): string => question;

test("Whoever asks while a query is under way shares the next one, and the same question is asked once.", async () => {
  const reads: (readonly string[])[] = [];
  const first = Promise.withResolvers<void>();
  const lookup = new PacedLookup<string, string>({
    keyOf,
    logger,
    async read(questions) {
      reads.push(questions);
      if (reads.length === 1) await first.promise;
      return new Map(questions.map((question) => [question, `${question}!`]));
    },
  });
  const answers = ["a", "b", "c", "b", "a"].map((question) => lookup.find(question));
  first.resolve();
  await vi.advanceTimersByTimeAsync(500);
  expect(await Promise.all(answers)).toEqual(["a!", "b!", "c!", "b!", "a!"]);
  expect(reads).toEqual([["a"], ["b", "c", "a"]]);
});

test("Between the beginnings of two queries there is half a second, however fast the first was answered.", async () => {
  const reads: (readonly string[])[] = [];
  const lookup = new PacedLookup<string, string>({
    keyOf,
    logger,
    async read(questions) {
      reads.push(questions);
      return new Map(questions.map((question) => [question, `${question}!`]));
    },
  });
  expect(await lookup.find("a")).toBe("a!");
  const next = lookup.find("b");
  await vi.advanceTimersByTimeAsync(499);
  expect(reads).toEqual([["a"]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await next).toBe("b!");
  expect(reads).toEqual([["a"], ["b"]]);
});

test("While the database is away, and for what it does not know, there is no answer; later there is.", async () => {
  let isAway = true;
  const lookup = new PacedLookup<string, number>({
    keyOf,
    logger,
    async read() {
      if (isAway) throw new DatabaseUnavailable("Away.");
      return new Map([["known", 1]]);
    },
  });
  expect(await lookup.find("known")).toBeUndefined();
  isAway = false;
  const answers = Promise.all([lookup.find("known"), lookup.find("unknown")]);
  await vi.advanceTimersByTimeAsync(500);
  expect(await answers).toEqual([1, undefined]);
});
