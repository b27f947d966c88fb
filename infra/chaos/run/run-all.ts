import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { History } from "../history/history.ts";
import { startPlatform } from "../platform/platform.ts";
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
  for (const group of Map.groupBy(faults, ({ platform }) => JSON.stringify(platform ?? {})).values()) {
    // One that fails leaves a platform behind that tells nothing of the faults after it.
    for (let done = 0; done < group.length; ) {
      const found = await runOnOne(group.slice(done), options, say);
      outcomes.push(...found);
      done += found.length;
    }
  }
  return outcomes;
}

/** @returns the outcomes up to the last fault, or the first that could not be run to its end */
async function runOnOne(
  faults: readonly Fault[],
  options: Pick<Options, "seed" | "seconds" | "pairs">,
  say: (what: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const needs = faults[0]?.platform;
  say(`the platform starts${needs ? `, with ${JSON.stringify(needs)}` : ""}`);
  await using platform = await startPlatform(needs);
  for (const fault of faults) {
    say(`${fault.name}: ${fault.what}`);
    try {
      const outcome = await runFault(fault, platform, { ...options, say: (what) => say(`${fault.name}: ${what}`) });
      outcomes.push(outcome);
      const isBroken = outcome.violations.length > 0;
      say(
        `${fault.name}: ${isBroken ? `BROKEN, see ${await keepHistory(options.seed, outcome)}` : "all invariants hold"}`,
      );
    } catch (error) {
      const what = `it could not be run to its end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      say(`${fault.name}: ${what}`);
      outcomes.push({
        fault: fault.name,
        violations: [{ invariant: "fault", what }],
        counts: {},
        history: new History(),
      });
      return outcomes;
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
