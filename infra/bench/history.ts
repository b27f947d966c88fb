import process from "node:process";
import { historyIds, periodicWork, requests } from "@radist-tech/api/testing";
import { connect } from "@radist-tech/db";
import { blocksRead, type HistorySize, vacuum, writeHistory, writeLive } from "@radist-tech/db/testing";
import { ownPostgres } from "@radist-tech/testkit";

/** Beside almost nothing, and beside what a busy platform keeps. `HISTORY_SCALE=0.1` writes a tenth of it. */
const PROJECTS = 200;
const LITTLE: HistorySize = { projects: PROJECTS, calls: PROJECTS, rooms: PROJECTS, sessions: PROJECTS };
const scale = Number(process.env.HISTORY_SCALE ?? 1);
const MUCH: HistorySize = {
  projects: PROJECTS,
  calls: 3_000_000 * scale,
  rooms: 1_000_000 * scale,
  sessions: 6_000_000 * scale,
};
const LIVE = 200;
const RUNS = 5;

interface Cost {
  readonly ms: number;
  readonly blocks: number;
}

/** What each kind of periodic work and each request costs, in an almost empty database and beside a long history. */
export async function benchHistory(): Promise<void> {
  const [little, much] = [await costs(LITTLE), await costs(MUCH)];
  console.log(`${"".padEnd(32)}${"empty".padStart(22)}${"history".padStart(22)}`);
  for (const [name, cost] of much) {
    const empty = little.get(name);
    console.log(`${name.padEnd(32)}${empty ? shown(empty) : ""}${shown(cost)}`);
  }
}

const shown = ({ ms, blocks }: Cost): string => `${ms.toFixed(1).padStart(8)} ms ${String(blocks).padStart(6)} bl.`;

async function costs(size: HistorySize): Promise<Map<string, Cost>> {
  await using postgres = await ownPostgres();
  await using connection = await connect(postgres.url, { maxConnections: 1 });
  await connection.migrate();
  const startedAt = performance.now();
  await writeHistory(connection, size);
  await writeLive(connection, PROJECTS, LIVE);
  await vacuum(postgres.url);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(`${size.calls} calls, ${size.rooms} rooms, ${size.sessions} sessions written in ${seconds} s`);
  const { projectId, callId } = await historyIds(connection);
  const measured = new Map<string, Cost>();
  for (const [name, run] of [...periodicWork(connection), ...requests(connection, projectId, callId)]) {
    await run();
    const times: number[] = [];
    const blocks = await blocksRead(connection, async () => {
      for (let count = 0; count < RUNS; count++) {
        const begunAt = performance.now();
        await run();
        times.push(performance.now() - begunAt);
      }
    });
    measured.set(name, { ms: Math.min(...times), blocks: Math.round(blocks / RUNS) });
  }
  return measured;
}
