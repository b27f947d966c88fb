import { test } from "vitest";
import { raceForToken } from "./testing/token-race.ts";

test(
  "Of 1,000 concurrent uses of one token over two nodes exactly one wins, 20 times in a row",
  { timeout: 1_800_000 },
  () => raceForToken({ uses: 1_000, rounds: 20 }),
);
