import { type Connection, callPeers, deleteInBatches, nodes, rooms, usageSessions } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** Those whose peers or rooms nobody has taken over yet, or whose sessions are still open, are kept. */
const LONG_GONE = sql`${nodes.leaseUntil} < now() - interval '1 day'
  and not exists (
    select from ${callPeers} where ${callPeers.nodeId} = ${nodes.id} and ${callPeers.status} = 'connected')
  and not exists (select from ${rooms} where ${rooms.homeNodeId} = ${nodes.id})
  and not exists (
    select from ${usageSessions} where ${usageSessions.nodeId} = ${nodes.id} and ${usageSessions.closedAt} is null)`;

/** Deletes nodes that have been gone for a day. */
export const deleteGoneNodes = (connection: Connection, signal?: AbortSignal): Promise<number> =>
  deleteInBatches(connection, nodes, LONG_GONE, signal);
