import { type Connection, nodes, query, usageSessions } from "@radist-tech/db";
import type { Chore, Lease } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";
import { closeChosen } from "./closing.ts";

const EVERY_MS = 5_000;

/** Few enough that a run never holds locks for long. */
const BATCH = 1_000;

/**
 * How long a node's lease must have run out before its sessions are closed here, milliseconds. Those who take over its
 * peers do it sooner; what is left after this long nobody will take over.
 */
const LOST_FOR_MS = 60_000;

/** Closes the sessions of nodes that were lost, at their last checkpoints, with the reason `node_lost`. */
export const lostSessions = (
  connection: Connection,
  lease: Pick<Lease, "mayJudge">,
  lostForMs: number = LOST_FOR_MS,
): Chore => ({
  name: "lost-sessions",
  everyMs: EVERY_MS,
  run: async () => {
    if (lease.mayJudge()) await closeSessionsOfLostNodes(connection, lostForMs);
  },
});

/** Of nodes whose lease ran out that long ago, and of earlier processes under the id of a later one. */
async function closeSessionsOfLostNodes(connection: Connection, lostForMs: number): Promise<void> {
  const { id, nodeId, nodeEpoch, checkpointedAt, closedAt } = usageSessions;
  const openOfNodes = sql`
    select ${id} from ${nodes} join ${usageSessions} on ${nodeId} = ${nodes.id} where ${closedAt} is null`;
  const chosen = sql`
    select ${id} as id, 'node_lost' as reason, ${checkpointedAt} as at
    from ${usageSessions}
    where ${closedAt} is null and ${id} in (
      (${openOfNodes} and ${nodes.leaseUntil} < now() - ${lostForMs}::float8 * interval '1 millisecond')
      union all (${openOfNodes} and ${nodeEpoch} < ${nodes.epoch})
      limit ${BATCH}
    )
    order by ${id} for update skip locked`;
  await query(closeChosen(connection.db, chosen));
}
