import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
      const isBroken = outcome.violations.length > 0;
      say(
        `${fault.name}: ${isBroken ? `BROKEN, see ${await keepHistory(options.seed, outcome)}` : "all invariants hold"}`,
      );
    }
  }
  return outcomes;
}

/** What the clients saw, one entry a line, for whoever looks for the reason. */
async function keepHistory(seed: number, { fault, history, violations }: Outcome): Promise<string> {
  const file = join(tmpdir(), `radist-chaos-${seed}-${fault}.jsonl`);
  const lines = [...violations, ...history.parties.values(), ...history.entries].map(
    (each) => `${JSON.stringify(each)}\n`,
  );
  await writeFile(file, lines.join(""));
  return file;
}
