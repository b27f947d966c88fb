import { expect, test } from "vitest";
import { FAULTS } from "./faults/faults.ts";
import { startPlatform } from "./platform/platform.ts";
import { runFault } from "./run/run-fault.ts";
import { table } from "./run/table.ts";

test("a killed node and lost COMMITs break nothing that clients can see", async () => {
  await using platform = await startPlatform({ nodes: { api: 1 }, env: { DRAIN_MS: "500" } });
  for (const name of ["kill-signaling", "lost-commits"]) {
    const fault = FAULTS.find((each) => each.name === name);
    if (!fault) throw new Error(`There is no fault ${name}.`);
    const outcome = await runFault(fault, platform, { seed: 1, pairs: 4, seconds: 1, say() {} });
    expect(outcome.violations, table(1, [outcome])).toEqual([]);
    expect(outcome.counts.received).toBeGreaterThan(0);
  }
});
