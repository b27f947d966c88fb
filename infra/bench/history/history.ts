import process from "node:process";
import type { HistorySize } from "@radist-tech/db/testing";
import { benchDeletion } from "./deletion.ts";
import { benchEndpoints } from "./endpoints.ts";
import { openPlatform } from "./planes.ts";
import { benchRestarts } from "./restarts.ts";
import { benchStatements } from "./statements.ts";
import { openHistory } from "./stored-history.ts";

/** A database with next to nothing, and what a busy platform keeps. `HISTORY_SCALE=0.1` writes a tenth of it. */
const PROJECTS = 200;
const FEW: HistorySize = { projects: PROJECTS, calls: 100, rooms: 100, sessions: 200 };
const scale = Number(process.env.HISTORY_SCALE ?? 1);
const MANY: HistorySize = {
  projects: PROJECTS,
  calls: 3_000_000 * scale,
  rooms: 1_000_000 * scale,
  sessions: 6_000_000 * scale,
};
const OPEN_CALLS = 100_000 * scale;

/** What periodic work, requests, joins, restarts and the deletion of a large project cost beside a long history. */
export async function benchHistory(): Promise<void> {
  await using few = await openHistory(FEW);
  await using many = await openHistory(MANY);
  await benchStatements(few, many);
  await using beside = await openPlatform(few);
  await using besideMany = await openPlatform(many);
  await benchEndpoints(beside, besideMany);
  await benchRestarts(beside, besideMany);
  await benchDeletion(besideMany, OPEN_CALLS);
}
