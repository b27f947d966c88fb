import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const TESTS = "{packages,services,infra}/**/*.test.ts";
const BROWSER_TESTS = "{packages,services,infra}/**/*.browser.test.ts";
const NEVER = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    globalSetup: "packages/testkit/src/global-setup.ts",
    // These end what hangs, and say nothing about speed: a machine that is busy with other things may take its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // A test that passes at the second try has found something.
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: "code",
          include: [TESTS],
          exclude: [...NEVER, BROWSER_TESTS],
          // Most files wait for servers most of their time: two at once even on two cores.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: [BROWSER_TESTS],
          exclude: NEVER,
          globalSetup: "packages/testkit/src/browser-setup.ts",
          // A call keeps two cores busy: one at a time, after all other tests, or its timings mean nothing.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
