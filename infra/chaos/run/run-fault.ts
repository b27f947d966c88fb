import { pause } from "@radist-tech/protocol/timing";
import { checkHealth } from "../history/health.ts";
import type { History, Invariant, Violation } from "../history/history.ts";
import { checkLives } from "../history/lives.ts";
import { checkSignals } from "../history/signals.ts";
import { checkViews } from "../history/views.ts";
import { Load } from "../load/load.ts";
import type { Platform } from "../platform/platform.ts";
import { Random } from "./random.ts";
import type { Fault, Stage } from "./stage.ts";
import { openRows, viewsOf } from "./truth.ts";
import { checkUsedTokens } from "./used-tokens.ts";

export interface RunOptions {
  readonly seed: number;
  readonly pairs: number;
  /** How long the fault lasts. */
  readonly seconds: number;
  readonly say: (what: string) => void;
}

export interface Outcome {
  readonly fault: string;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly history: History;
}

const RECOVERS_WITHIN_MS = 90_000;
/** Platform.md, 6: a row without a socket is mended within 30 s; a busy machine gets as long again. */
const MENDED_WITHIN_MS = 60_000;
const POLL_MS = 250;

/** Runs one fault under load, and checks what the clients have seen. */
export async function runFault(fault: Fault, platform: Platform, options: RunOptions): Promise<Outcome> {
  const { seed, seconds } = options;
  const { pairs = options.pairs, pauses } = fault;
  const random = new Random(seed);
  const violations: Violation[] = [];
  const counts: Record<string, number> = {};
  const began = performance.now();
  platform.prober.begin();
  options.say(`${pairs} calls are being made`);
  await using load = await Load.start(platform, { pairs, random, ...(pauses && { pauses }) });
  const { history } = load;
  const say = (what: string): void => {
    history.add("", { type: "stage", what });
    options.say(what);
  };
  const violate = (violation: Violation): void => void violations.push(violation);
  const expect = async (invariant: Invariant, what: string, holds: Holds, withinMs: number): Promise<void> => {
    if (!(await eventually(holds, withinMs))) violate({ invariant, what });
  };
  const stage: Stage = {
    platform,
    load,
    random,
    say,
    violate,
    last: async (share = 1) => void (await pause(share * seconds * 1_000)),
    wait: async (seconds) => void (await pause(seconds * 1_000)),
    until: (what, holds) => expect("fault", `never happened: ${what}`, holds, MENDED_WITHIN_MS),
    count: (what, figure) => void Object.assign(counts, { [what]: figure }),
  };
  load.talk();
  await stage.last(0.2);
  await fault.run(stage);
  say("recovery");
  const areReady = (): boolean => platform.nodes.every((node) => platform.prober.isReady(node));
  await expect("readiness", "not all nodes became ready again", areReady, RECOVERS_WITHIN_MS);
  const areComplete = (): boolean => load.callers.every(({ isComplete }) => isComplete);
  await expect("calls", "not everybody came back", areComplete, RECOVERS_WITHIN_MS);
  await stage.last(0.2);
  await load.fallSilent();
  say("checks");
  const isUnderWay = (): boolean => checkSignals(history).some(({ invariant }) => invariant === "delivery");
  await eventually(() => !isUnderWay(), MENDED_WITHIN_MS / 2);
  let views: Violation[] = [];
  await eventually(async () => {
    views = checkViews(await viewsOf(platform, load));
    return views.length === 0;
  }, MENDED_WITHIN_MS);
  violations.push(...views, ...(await checkUsedTokens(platform, load)));
  await load.leave();
  let left = 0;
  await eventually(async () => {
    left = await openRows(platform, load);
    return left === 0;
  }, MENDED_WITHIN_MS);
  if (left > 0) violate({ invariant: "seats", what: `${left} seats or usage sessions are open after everybody left` });
  violations.push(...checkSignals(history), ...checkLives(history));
  violations.push(...checkHealth(platform.prober.probes, fault.unready ?? []));
  Object.assign(counts, {
    calls: load.pairs.length,
    sent: history.count("sent"),
    received: history.count("received"),
    refused: history.count("refused"),
    admitted: history.count("admitted"),
    seconds: Math.round((performance.now() - began) / 1_000),
  });
  return { fault: fault.name, violations, counts, history };
}

type Holds = () => boolean | Promise<boolean>;

/** Whether it holds in time. What cannot be asked yet does not hold yet. */
async function eventually(holds: Holds, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  do {
    if (await holds()) return true;
    await pause(POLL_MS);
  } while (performance.now() < deadline);
  return false;
}
