import { type SQL, sql } from "drizzle-orm";
import postgres from "postgres";
import type { Connection } from "../connect.ts";

export interface HistorySize {
  readonly projects: number;
  /** Ended calls, each with two peers that have left. */
  readonly calls: number;
  /** Ended rooms. */
  readonly rooms: number;
  /** Closed sessions, rolled up. */
  readonly sessions: number;
}

/** What one statement writes, in less time than a connection waits for an answer. */
const BATCH = 10_000;

/** A made-up UUID (RFC 9562, version 8), the same for the same number. */
const uuidOf = (kind: string, number: SQL = sql`number`): SQL =>
  sql`overlay(overlay(md5(${kind} || ${number}) placing '8' from 13 for 1) placing '8' from 17 for 1)::uuid`;

/** Over how many days the history is spread, less than what is kept. */
const DAYS = 80;

/** Writes what a platform leaves behind that has run for months: ended calls and rooms, and closed sessions, rolled up. */
export async function writeHistory({ db }: Connection, size: HistorySize): Promise<void> {
  const each = async (total: number, statement: (numbers: SQL) => SQL): Promise<void> => {
    for (let first = 0; first < total; first += BATCH) {
      const last = Math.min(first + BATCH, total) - 1;
      await db.transaction(async (tx) => {
        // What refers to what is right by construction: the server need not look.
        await tx.execute(sql`set local session_replication_role = replica`);
        await tx.execute(statement(sql`generate_series(${first}::int, ${last}::int) as number`));
      });
    }
  };
  const project = uuidOf("project", sql`number % ${size.projects}::int`);
  const spread = (total: number): SQL =>
    sql`date_trunc('milliseconds', now() - (1 - number / ${Math.max(1, total)}::float8) * interval '${sql.raw(String(DAYS))} days')`;
  await each(
    size.projects,
    (numbers) => sql`
      insert into projects (id, name, public_key)
      select ${project}, 'project ' || number, 'rad_pk_history' || number from ${numbers}`,
  );
  const callAt = spread(size.calls);
  await each(
    size.calls,
    (numbers) => sql`
      insert into calls (id, project_id, access_control, created_at, updated_at, version, was_full, idle_since,
        tombstoned_at, tombstone_reason, event_seq)
      select ${uuidOf("call")}, ${project}, 'public', ${callAt}, ${callAt}, 6, true, null,
        ${callAt} + interval '10 minutes', 'left', 6
      from ${numbers}`,
  );
  await each(
    size.calls,
    (numbers) => sql`
      insert into call_peers (call_id, peer_id, status, epoch, node_id, node_epoch, joined_at, updated_at, reconnect_hash)
      select ${uuidOf("call")}, 'peer_' || seat, 'left', 1, 'node_history', 1, ${callAt}, ${callAt}, ''
      from ${numbers} cross join generate_series(1, 2) as seat`,
  );
  const roomAt = spread(size.rooms);
  await each(
    size.rooms,
    (numbers) => sql`
      insert into rooms (id, project_id, created_at, idle_since, tombstoned_at, tombstone_reason, home_epoch, event_seq)
      select ${uuidOf("room")}, ${project}, ${roomAt}, null, ${roomAt} + interval '1 hour', 'idle', 1, 8 from ${numbers}`,
  );
  const sessionAt = spread(size.sessions);
  await each(
    size.sessions,
    (numbers) => sql`
      insert into usage_sessions (id, project_id, kind, subject_id, peer_id, node_id, node_epoch, opened_at,
        checkpointed_at, closed_at, close_reason, is_rolled_up)
      select ${uuidOf("session")}, ${project}, case when number % 3 = 0 then 'room' else 'p2p' end, ${uuidOf("subject")},
        'peer_' || number, 'node_history', 1, ${sessionAt}, ${sessionAt} + interval '9 minutes',
        ${sessionAt} + interval '10 minutes', 'left', true
      from ${numbers}`,
  );
  const hourAt = sql`date_trunc('hour', ${sessionAt}, 'UTC')`;
  await each(
    size.sessions,
    (numbers) => sql`
      insert into usage_hours (project_id, hour, kind, seconds, sessions, earliest_opened_at)
      select ${project}, ${hourAt}, case when number % 3 = 0 then 'room' else 'p2p' end, count(*) * 600, count(*),
        min(${sessionAt}) - interval '10 minutes'
      from ${numbers} group by 1, 2, 3
      on conflict (project_id, hour, kind) do update
      set seconds = usage_hours.seconds + excluded.seconds, sessions = usage_hours.sessions + excluded.sessions`,
  );
  for (const [totals, counted] of [
    ["call_totals", "calls"],
    ["room_totals", "rooms"],
  ] as const) {
    await db.execute(sql`
      insert into ${sql.identifier(totals)} (project_id, slot, total)
      select project_id, 0, count(*) from ${sql.identifier(counted)} group by project_id
      on conflict (project_id, slot) do update set total = excluded.total`);
  }
}

/** Writes what goes on: open calls and rooms, each with two peers that are connected, on nodes that live. */
export async function writeLive({ db }: Connection, projects: number, count: number): Promise<void> {
  const project = uuidOf("project", sql`number % ${projects}::int`);
  const numbers = sql`generate_series(1, ${count}::int) as number`;
  const [call, room] = [uuidOf("live call"), uuidOf("live room")];
  await db.execute(sql`
    insert into nodes (id, service, epoch, lease_until)
    select 'node_' || service, service, 1, now() + interval '1 day' from unnest(array['signaling', 'sfu']) as service`);
  await db.execute(sql`
    insert into calls (id, project_id, access_control, version, was_full, idle_since, event_seq)
    select ${call}, ${project}, 'public', 3, true, null, 3 from ${numbers}`);
  await db.execute(sql`
    insert into call_peers (call_id, peer_id, status, epoch, node_id, node_epoch, joined_at, updated_at, reconnect_hash)
    select ${call}, 'peer_' || seat, 'connected', 1, 'node_signaling', 1, now(), now(), ''
    from ${numbers} cross join generate_series(1, 2) as seat`);
  await db.execute(sql`
    insert into rooms (id, project_id, idle_since, home_node_id, home_node_epoch, home_epoch, event_seq)
    select ${room}, ${project}, null, 'node_sfu', 1, 1, 3 from ${numbers}`);
  await db.execute(sql`
    insert into room_peers (room_id, peer_id, status)
    select ${room}, 'peer_' || seat, 'connected' from ${numbers} cross join generate_series(1, 2) as seat`);
  await db.execute(sql`
    insert into usage_sessions (id, project_id, kind, subject_id, peer_id, node_id, node_epoch)
    select gen_random_uuid(), ${project}, 'room', ${room}, 'peer_' || seat, 'node_sfu', 1
    from ${numbers} cross join generate_series(1, 2) as seat`);
}

/** Writes open calls of one project, each with a peer that is connected, on a node that lives. */
export async function writeOpenCalls({ db }: Connection, projectId: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const numbers = sql`generate_series(${first}::int, ${Math.min(first + BATCH, count) - 1}::int) as number`;
    const call = uuidOf(`open call of ${projectId}`);
    await db.execute(sql`
      insert into calls (id, project_id, access_control, version, idle_since, event_seq)
      select ${call}, ${projectId}, 'public', 2, null, 2 from ${numbers}`);
    await db.execute(sql`
      insert into call_peers (call_id, peer_id, status, epoch, node_id, node_epoch, joined_at, updated_at, reconnect_hash)
      select ${call}, 'peer_1', 'connected', 1, 'node_signaling', 1, now(), now(), '' from ${numbers}`);
  }
}

/** Writes very much in less time: indexes that enforce nothing are dropped before the work, and created again after it. */
export async function withoutIndexes(url: string, work: () => Promise<void>): Promise<void> {
  const session = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const indexes = await session<{ name: string; definition: string }[]>`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index join pg_class on pg_class.oid = indrelid
      where relnamespace = 'public'::regnamespace and not indisunique`;
    for (const { name } of indexes) await session`drop index ${session(name)}`;
    await work();
    for (const { definition } of indexes) await session.unsafe(definition);
  } finally {
    await session.end();
  }
}

/** Does what autovacuum does, now. It may take longer than a {@link Connection} waits. */
export async function vacuum(url: string): Promise<void> {
  const session = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await session`vacuum (analyze)`;
  } finally {
    await session.end();
  }
}
