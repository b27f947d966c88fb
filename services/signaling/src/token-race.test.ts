import { test } from "vitest";
import { raceForToken } from "./testing/token-race.ts";

test("Of 200 concurrent uses of one token over two nodes exactly one wins", () =>
  raceForToken({ uses: 200, rounds: 2 }));
