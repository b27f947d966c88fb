import { test } from "vitest";
import { walkOutbox } from "./testing/outbox-walk.ts";

test.each([1, 2, 3])(
  "a long random walk over all planes, with nodes killed: the outbox tells what the tables show, in order (%i)",
  { timeout: 600_000 },
  (which) => walkOutbox({ steps: 300, kills: 6, seed: (Date.now() % 1_000_000) + which }),
);
