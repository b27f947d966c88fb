import { periodicWork, requests } from "@radist-tech/api/testing";
import { blocksRead } from "@radist-tech/db/testing";
import { spread } from "../figures.ts";
import type { StoredHistory } from "./stored-history.ts";

const ROUNDS = 4;
const RUNS = 5;

/** What a statement of the periodic work may take, milliseconds. */
const GOAL_MS = 5;

interface Cost {
  readonly times: number[];
  blocks: number;
}

/** What each kind of periodic work and each request costs the database, in turns beside little and much. */
export async function benchStatements(...histories: readonly [StoredHistory, StoredHistory]): Promise<void> {
  const sides = histories.map((history) => ({ history, costs: new Map<string, Cost>() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { history, costs } of sides) await measure(history, costs);
  }
  const [few, many] = sides.map(({ costs }) => costs);
  const periodic = periodicWork(histories[1].connection);
  console.log(`\n${"in the database, medians".padEnd(32)}${"100 calls".padStart(22)}${"history".padStart(22)}`);
  for (const [name, cost] of many ?? []) {
    const median = spread(cost.times).median;
    const missed = periodic.has(name) && median > GOAL_MS ? `  over ${GOAL_MS} ms` : "";
    const before = few?.get(name);
    console.log(`${name.padEnd(32)}${before ? shown(before) : ""}${shown(cost)}${missed}`);
  }
}

const shown = ({ times, blocks }: Cost): string =>
  `${spread(times).median.toFixed(1).padStart(8)} ms ${String(blocks).padStart(6)} bl.`;

async function measure({ connection, projectId, callId }: StoredHistory, costs: Map<string, Cost>): Promise<void> {
  for (const [name, run] of [...periodicWork(connection), ...requests(connection, projectId, callId)]) {
    const cost = costs.get(name) ?? { times: [], blocks: 0 };
    costs.set(name, cost);
    const timed = async (): Promise<number> => {
      const begunAt = performance.now();
      // A statement that misses its deadline is reported with the others.
      await run().catch((error: unknown) => console.log(`${name}: ${String(error)}`));
      return performance.now() - begunAt;
    };
    // The first run may find something to do.
    await timed();
    const blocks = await blocksRead(connection, async () => {
      for (let count = 0; count < RUNS; count++) cost.times.push(await timed());
    });
    cost.blocks = Math.round(blocks / RUNS);
  }
}
