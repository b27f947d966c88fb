import { connect } from "@radist-tech/db";
import { blocksRead, vacuum, writeHistory, writeLive } from "@radist-tech/db/testing";
import { freshDatabase } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { historyIds, periodicWork, requests } from "./testing/statements.ts";

const PROJECTS = 20;

const LIVE_CALLS = 20;

/** The planner looks at the ends of indexes. */
const FEW_BLOCKS = 10;

/** An index may be a level higher, which whoever looks up each live peer notices; the history itself has thousands. */
const LIVE_PEERS = 2 * LIVE_CALLS;

/** How many blocks each kind of periodic work, and each request, reads beside so many calls, rooms and sessions. */
async function blocksOfEach(rows: number): Promise<Map<string, number>> {
  await using database = await freshDatabase();
  await using connection = await connect(database.url, { maxConnections: 1 });
  await connection.migrate();
  await writeHistory(connection, { projects: PROJECTS, calls: rows, rooms: rows, sessions: rows });
  await writeLive(connection, PROJECTS, LIVE_CALLS);
  await vacuum(database.url);
  const { projectId, callId } = await historyIds(connection);
  const blocks = new Map<string, number>();
  for (const [name, run] of [...periodicWork(connection), ...requests(connection, projectId, callId)]) {
    // The first run may find something to do.
    await run();
    blocks.set(name, await blocksRead(connection, run));
  }
  return blocks;
}

test("periodic work and requests read what is live or asked for, never the history", { timeout: 120_000 }, async () => {
  const few = await blocksOfEach(10_000);
  const many = await blocksOfEach(100_000);
  expect([...many.keys()]).toEqual([...few.keys()]);
  for (const [name, blocks] of many) {
    // What a report reads, besides, grows with the hours in which there was usage.
    const allowed = (few.get(name) ?? 0) + (name.startsWith("GET usage") ? 24 * 30 * 2 : FEW_BLOCKS + LIVE_PEERS);
    expect(blocks, name).toBeLessThanOrEqual(allowed);
  }
});
