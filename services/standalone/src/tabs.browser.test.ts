import { test } from "vitest";
import { manyTabsTalk } from "./testing/many-tabs.ts";
import { apartPlatform } from "./testing/platform.ts";

test("three tabs talk in a room of two sfu nodes, layers follow what is shown, workers are killed and everybody is back", () =>
  manyTabsTalk(3, apartPlatform));
