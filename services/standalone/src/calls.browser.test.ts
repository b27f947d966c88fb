import { launchBrowser } from "@radist-tech/testkit";
import { describe } from "vitest";
import { shareCallers } from "./testing/call-browsers.ts";
import { testCalls, testCallsInChromium } from "./testing/call-tests.ts";
import { apartPlatform } from "./testing/platform.ts";

describe("A call between two browsers, with api, two signaling nodes and web on Postgres and NATS", () => {
  const callers = shareCallers(apartPlatform, [launchBrowser]);
  testCalls(callers);
  testCallsInChromium(callers);
});
