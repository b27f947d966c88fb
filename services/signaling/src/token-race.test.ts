import { test } from "vitest";
import { raceForToken } from "./testing/token-race.ts";

test("Of 1,000 concurrent uses of one token over two nodes exactly one wins", () => raceForToken(2));
