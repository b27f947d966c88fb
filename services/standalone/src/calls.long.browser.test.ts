import { launchBrowser } from "@radist-tech/testkit";
import { describe } from "vitest";
import { shareCallers } from "./testing/call-browsers.ts";
import { testCalls, testCallsInChromium } from "./testing/call-tests.ts";
import { onePlatform } from "./testing/platform.ts";

describe("A call between two browsers, with one process", () => {
  const callers = shareCallers(onePlatform, [launchBrowser]);
  testCalls(callers);
  testCallsInChromium(callers);
});
