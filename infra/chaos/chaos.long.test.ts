import { expect, test } from "vitest";
import { FAULTS } from "./faults/faults.ts";
import { runAll } from "./run/run-all.ts";
import { table } from "./run/table.ts";

const SELECTION = [
  "kill-nats",
  "kill-postgres",
  "swallowed-path",
  "twins",
  "drain",
  "freeze-signaling",
  "partition-both",
  "kill-sfu",
];

test("what breaks in the field breaks nothing that clients can see", { timeout: 900_000 }, async () => {
  const faults = FAULTS.filter(({ name }) => SELECTION.includes(name));
  expect(faults).toHaveLength(SELECTION.length);
  const outcomes = await runAll(faults, { seed: 1, seconds: 6, pairs: 15 }, () => {});
  expect(
    outcomes.flatMap(({ violations }) => violations),
    table(1, outcomes),
  ).toEqual([]);
});
