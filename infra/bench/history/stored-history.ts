import { historyIds } from "@radist-tech/api/testing";
import { type Connection, connect, projects } from "@radist-tech/db";
import { type HistorySize, vacuum, withoutIndexes, writeHistory, writeLive } from "@radist-tech/db/testing";
import { type CallId, newPublicKey, type ProjectId, type PublicKey } from "@radist-tech/protocol";
import { ownPostgres } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";

/** A database of its own with a history of some size, and one of the projects that have it. */
export interface StoredHistory extends AsyncDisposable {
  readonly url: string;
  /** Of one connection, so that blocks can be counted. */
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly publicKey: PublicKey;
  readonly callId: CallId;
}

const LIVE = 200;

export async function openHistory(size: HistorySize): Promise<StoredHistory> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await ownPostgres());
  const connection = stack.use(await connect(url, { maxConnections: 1 }));
  await connection.migrate();
  const startedAt = performance.now();
  await withoutIndexes(url, () => writeHistory(connection, size));
  await writeLive(connection, size.projects, LIVE);
  const { projectId, callId } = await historyIds(connection);
  await useEveryHour(connection, projectId);
  const publicKey = newPublicKey();
  await connection.db.update(projects).set({ publicKey }).where(eq(projects.id, projectId));
  await vacuum(url);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  const [row] = await connection.db
    .select({
      size: sql<string>`pg_size_pretty(pg_database_size(current_database()))`,
    })
    .from(sql`(values (1)) as one`);
  console.log(
    `${size.calls} calls, ${size.rooms} rooms, ${size.sessions} sessions written in ${seconds} s: ${row?.size}`,
  );
  const resources = stack.move();
  return { url, connection, projectId, publicKey, callId, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** A report costs what its period costs: both databases have usage in each hour of it. */
async function useEveryHour({ db }: Connection, projectId: ProjectId): Promise<void> {
  await db.execute(sql`
    insert into usage_hours (project_id, hour, kind, seconds, sessions, earliest_opened_at)
    select ${projectId}, hour, kind, 600, 1, hour
    from generate_series(date_trunc('hour', now(), 'UTC') - interval '80 days', now(), interval '1 hour') as hour
    cross join unnest(array['p2p', 'room']) as kind
    on conflict do nothing`);
}
