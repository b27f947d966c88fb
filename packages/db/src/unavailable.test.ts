import { expect, test } from "vitest";
import { DatabaseUnavailable, isConflict, isDuplicate, isUnavailable } from "./unavailable.ts";

const withCode = (code: unknown): Error => Object.assign(new Error("driver"), { code });

test.each([
  ["a refused connection", withCode("ECONNREFUSED"), true],
  ["a closed connection", withCode("CONNECTION_CLOSED"), true],
  ["a connection exception (08006)", withCode("08006"), true],
  ["a shutdown (57P01)", withCode("57P01"), true],
  ["a start (57P03)", withCode("57P03"), true],
  ["too many connections (53300)", withCode("53300"), true],
  ["a standby that was the primary (25006)", withCode("25006"), true],
  ["a COMMIT that was none", withCode("NOT_COMMITTED"), true],
  ["a changed password (28P01)", withCode("28P01"), true],
  ["a database that is not there yet (3D000)", withCode("3D000"), true],
  ["a schema that is not there yet (42P01)", withCode("42P01"), true],
  ["the same, wrapped by drizzle", new Error("Failed query", { cause: withCode("57P01") }), true],
  ["an expired deadline", new DatabaseUnavailable("late"), true],
  ["a syntax error (42601)", withCode("42601"), false],
  ["a duplicate (23505)", withCode("23505"), false],
  ["a deadlock (40P01)", withCode("40P01"), false],
  ["a code that is no text", withCode(57), false],
  ["an error of our own", new Error("bug"), false],
  ["no error at all", "ECONNREFUSED", false],
  ["nothing", undefined, false],
])("%s", (_what, error, unavailable) => expect(isUnavailable(error)).toBe(unavailable));

test("an error that is its own cause comes to an end", () => {
  const error = new Error("ouroboros");
  error.cause = error;
  expect([isUnavailable(error), isConflict(error), isDuplicate(error)]).toEqual([false, false, false]);
});
