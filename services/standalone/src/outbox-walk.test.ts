import { test } from "vitest";
import { walkOutbox } from "./testing/outbox-walk.ts";

test("a random walk over all planes, with nodes killed: the outbox tells what the tables show, in order", () =>
  walkOutbox({ steps: 30, kills: 1, seed: Date.now() % 1_000_000 }));
