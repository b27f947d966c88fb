import { type Connection, query } from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";

/** Readers see an event at most 200 ms after its commit: one and a half times this, and the statement itself. */
const EVERY_MS = 100;

/** How many events one run numbers at most, so that it ends well before its deadline, however many are waiting. */
const BATCH = 5_000;

/**
 * Numbers the committed events that have no position yet, in the order of their insertion.
 *
 * One block, which the server runs and commits by itself: a process that is frozen or killed cannot keep the counter
 * locked. Each of its statements sees what is committed when it begins, so what is numbered under the lock on the counter
 * is what the run before, which held that lock until its commit, has left. Positions thus become visible in order, also to
 * a reader that comes in between; an event whose transaction is still open is not waited for, and gets a later position.
 */
const NUMBER_EVENTS = sql.raw(`
do $$
declare
  counted bigint;
  added bigint;
begin
  -- Most runs find nothing to do, and lock nothing.
  perform from events where position is null limit 1;
  if not found then return; end if;
  select last into counted from event_positions for update skip locked;
  if not found then return; end if;
  with fresh as (
    select id, row_number() over (order by id) as number
    from (select id from events where position is null order by id limit ${BATCH}) as oldest
  )
  update events set position = counted + fresh.number from fresh where events.id = fresh.id;
  get diagnostics added = row_count;
  update event_positions set last = counted + added;
end $$`);

/** Gives positions to a batch of events, unless another node is doing so. */
export async function numberEvents(connection: Connection): Promise<void> {
  await query(connection.db.execute(NUMBER_EVENTS));
}

/**
 * Makes events visible to readers. Every node does it, without a lease: the lock on the counter lets in one at a time and
 * sends the others away at once, and when a node dies nobody waits for its lease.
 */
export const sequencer = (connection: Connection): Chore => ({
  name: "event-sequencer",
  everyMs: EVERY_MS,
  isLeased: false,
  run: () => numberEvents(connection),
});
