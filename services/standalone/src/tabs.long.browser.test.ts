import { test } from "vitest";
import { manyTabsTalk } from "./testing/many-tabs.ts";
import { apartPlatform, onePlatform } from "./testing/platform.ts";

test.each([
  ["one process", onePlatform],
  ["two sfu nodes", apartPlatform],
])(
  "six tabs talk in a room of %s, layers follow what is shown, workers are killed and everybody is back",
  {
    timeout: 600_000,
  },
  (_what, start) => manyTabsTalk(6, start),
);
