import { describe } from "vitest";
import { testCalls } from "./testing/call-tests.ts";
import { onePlatform } from "./testing/platform.ts";

describe("A call between two browsers, with one process", () => {
  testCalls(onePlatform);
});
