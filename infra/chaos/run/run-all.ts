import { type Platform, startPlatform } from "../platform/platform.ts";
import type { Options } from "./options.ts";
import { type Outcome, runFault } from "./run-fault.ts";
import type { Fault } from "./stage.ts";

/** Runs faults one after the other; those that need the same platform share one, which has to survive them all. */
export async function runAll(
  faults: readonly Fault[],
  options: Pick<Options, "seed" | "seconds" | "pairs">,
  say: (what: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [key, group] of Map.groupBy(faults, ({ platform }) => JSON.stringify(platform ?? {}))) {
    say(`the platform starts ${key === "{}" ? "" : key}`);
    await using platform: Platform = await startPlatform(group[0]?.platform);
    for (const fault of group) {
      say(`${fault.name}: ${fault.what}`);
      const outcome = await runFault(fault, platform, { ...options, say: (what) => say(`${fault.name}: ${what}`) });
      outcomes.push(outcome);
      say(`${fault.name}: ${outcome.violations.length === 0 ? "all invariants hold" : "BROKEN"}`);
    }
  }
  return outcomes;
}
