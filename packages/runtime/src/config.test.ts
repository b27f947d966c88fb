import { describe, expect, test } from "vitest";
import { z } from "zod";
import { commonConfig, flag, InvalidConfig, integer, readConfig } from "./config.ts";

const Schema = z.object({ ...commonConfig, DATABASE_URL: z.url(), RADIST_ADMIN_TOKEN: z.string().min(16) });
const valid = { DATABASE_URL: "postgres://radist@localhost/radist", RADIST_ADMIN_TOKEN: "0123456789abcdef" };

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(Schema, env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems;
    throw error;
  }
}

test("defaults stand in for what is absent or empty", () => {
  expect(readConfig(Schema, { ...valid, PORT: "", LOG_LEVEL: undefined })).toEqual({
    ...valid,
    HOST: "0.0.0.0",
    PORT: 3000,
    ADMIN_HOST: "0.0.0.0",
    LOG_LEVEL: "info",
    LOG_FORMAT: "auto",
    TRUSTED_PROXIES: 0,
    DRAIN_MS: 10_000,
  });
});

test("every problem is told at once, by the variable's name", () => {
  const problems = problemsOf({
    PORT: "http",
    LOG_LEVEL: "loud",
    TRUSTED_PROXIES: "-1",
    DRAIN_MS: "1e3",
    RADIST_ADMIN_TOKEN: "",
  });
  expect(problems.map((problem) => problem.split(/[: ]/)[0])).toEqual([
    "PORT",
    "LOG_LEVEL",
    "TRUSTED_PROXIES",
    "DRAIN_MS",
    "DATABASE_URL",
    "RADIST_ADMIN_TOKEN",
  ]);
  expect(problems.slice(-2)).toEqual(["DATABASE_URL is missing", "RADIST_ADMIN_TOKEN is missing"]);
});

test("values are not repeated, they may be secrets", () => {
  const problems = problemsOf({
    DATABASE_URL: "hunter2 hunter2",
    RADIST_ADMIN_TOKEN: "hunter2",
    PORT: "hunter2",
    LOG_LEVEL: "hunter2",
  });
  expect(problems).toHaveLength(4);
  expect(String(new InvalidConfig(problems))).not.toContain("hunter2");
});

test("variables that nobody asked for are ignored", () => {
  expect(readConfig(Schema, { ...valid, PATH: "/bin" })).not.toHaveProperty("PATH");
});

test("a rule about several variables is told as it is", () => {
  const Pair = z.object({ A: integer(0, 9), B: integer(0, 9) }).refine(({ A, B }) => A < B, "A must be less than B");
  expect(() => readConfig(Pair, { A: "2", B: "1" })).toThrow("  - A must be less than B");
});

describe("integer", () => {
  test.each([
    ["0", 0],
    ["42", 42],
    ["-5", -5],
    ["007", 7],
  ])("reads %s", (text, number) => {
    expect(integer(-10, 100).parse(text)).toBe(number);
  });
  test.each(["", " 1", "1 ", "1.5", "1e3", "0x10", "NaN", "Infinity", "101", "-11", "99999999999999999999"])(
    "refuses %j",
    (text) => {
      expect(integer(-10, 100).safeParse(text).success).toBe(false);
    },
  );
});

describe("flag", () => {
  test.each([
    ["1", true],
    ["true", true],
    ["yes", true],
    ["on", true],
    ["0", false],
    ["false", false],
    ["no", false],
    ["off", false],
  ])("reads %s", (text, value) => expect(flag().parse(text)).toBe(value));
  test("refuses what is neither", () => expect(flag().safeParse("maybe").success).toBe(false));
});
