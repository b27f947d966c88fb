import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@radist-tech/db";
import { writeOpenCalls } from "@radist-tech/db/testing";
import { sql } from "drizzle-orm";
import { quantile, spread } from "../figures.ts";
import type { Platform } from "./planes.ts";

/** Deletes a project with very many open calls, while another one goes on creating calls. */
export async function benchDeletion(platform: Platform, count: number): Promise<void> {
  const { history, secretKey } = platform;
  await using connection = await connect(history.url, { maxConnections: 1 });
  const { body: doomed } = await platform.ask("POST", "/projects", undefined, { name: "doomed" });
  await writeOpenCalls(connection, String(doomed.projectId), count);
  const left = async (): Promise<number> => {
    const [row] = await connection.db
      .select({ count: sql<number>`count(*)::int` })
      .from(sql`calls where project_id = ${doomed.projectId} and tombstoned_at is null`);
    return row?.count ?? 0;
  };
  const others = { times: [] as number[], refused: 0, isOver: false };
  const createCalls = async (): Promise<void> => {
    while (!others.isOver) {
      const begunAt = performance.now();
      const { status } = await platform.ask("POST", `/projects/${history.projectId}/calls`, secretKey);
      others.times.push(performance.now() - begunAt);
      if (status >= 300) others.refused++;
    }
  };
  const creating = createCalls();
  const startedAt = performance.now();
  const sinceStart = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  const { status } = await platform.ask("DELETE", `/projects/${String(doomed.projectId)}`);
  console.log(
    `\nThe deletion of a project with ${count} open calls is answered ${status} after ${sinceStart()}; ${await left()} are left`,
  );
  while ((await left()) > 0) await sleep(500);
  console.log(`All of them have ended after ${sinceStart()}`);
  others.isOver = true;
  await creating;
  const [median, p95] = [spread(others.times).median, quantile(others.times, 0.95)];
  console.log(
    `Meanwhile another project created ${others.times.length} calls, ${others.refused} refused: ` +
      `median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, longest ${spread(others.times).max.toFixed(0)} ms`,
  );
}
