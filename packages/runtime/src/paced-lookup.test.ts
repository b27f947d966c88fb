import { DatabaseUnavailable } from "@radist-tech/db";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { PacedLookup } from "./paced-lookup.ts";

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
  expect(await Promise.all(answers)).toEqual(["a!", "b!", "c!", "b!", "a!"]);
  expect(reads).toEqual([["a"], ["b", "c", "a"]]);
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
  expect(await Promise.all([lookup.find("known"), lookup.find("unknown")])).toEqual([1, undefined]);
});
