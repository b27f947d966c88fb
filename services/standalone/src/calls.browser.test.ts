import { describe } from "vitest";
import { testCalls } from "./testing/call-tests.ts";
import { apartPlatform } from "./testing/platform.ts";

describe("A call between two browsers, with api, two signaling nodes and web on Postgres and NATS", () => {
  testCalls(apartPlatform);
});
