import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const TESTS = "{packages,services,infra}/**/*.test.ts";
const BROWSER_TESTS = "{packages,services,infra}/**/*.browser.test.ts";
// Soaks and many rounds, each of which has a short form among the others: npm run test:long.
const LONG_TESTS = "{packages,services,infra}/**/*.long.test.ts";
const LONG_BROWSER_TESTS = "{packages,services,infra}/**/*.long.browser.test.ts";
// These pack the SDKs where they are, whose package.json is another one for that moment: nothing else may need it then.
const PACKING = "infra/packager/src/trials/*.long.test.ts";
const NEVER = ["**/node_modules/**", "**/dist/**"];

// Most files wait for servers most of their time: three at once even on two cores.
const code = { maxWorkers: Math.max(3, availableParallelism() - 1) };

const browser = {
  globalSetup: "packages/testkit/src/browser-setup.ts",
  // A call keeps two cores busy: one at a time, after all other tests.
  fileParallelism: false,
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    globalSetup: "packages/testkit/src/global-setup.ts",
    // Of files whose other cases are quick. What is long as a whole is in *.long.test.ts.
    tags: [{ name: "long", description: "A case for npm run test:long" }],
    // These end what hangs, and say nothing about speed: a machine that is busy with other things may take its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // A test that passes at the second try has found something.
    retry: 0,
    projects: [
      {
        extends: true,
        test: { ...code, name: "code", include: [TESTS], exclude: [...NEVER, BROWSER_TESTS, LONG_TESTS] },
      },
      {
        extends: true,
        test: { ...browser, name: "browser", include: [BROWSER_TESTS], exclude: [...NEVER, LONG_BROWSER_TESTS] },
      },
      {
        extends: true,
        test: { ...code, name: "long", include: [LONG_TESTS], exclude: [...NEVER, PACKING] },
      },
      {
        extends: true,
        test: {
          name: "long-packing",
          include: [PACKING],
          exclude: NEVER,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { ...browser, name: "long-browser", include: [LONG_BROWSER_TESTS], exclude: NEVER },
      },
    ],
  },
});
