import { type Connection, callPeers, calls, query } from "@radist-tech/db";
import type { CallDetails, CallId, CallPage, CallSummary, PeerId } from "@radist-tech/protocol";
import { and, asc, count, desc, eq, isNull } from "drizzle-orm";
import type { PageQuery } from "./page-query.ts";
import { seatIsHeld } from "./seats.ts";

/** A page of a project's calls, newest first. Calls of the same instant are in the order of their ids. */
export async function listCalls(connection: Connection, projectId: string, page: PageQuery): Promise<CallPage> {
  const ofProject = eq(calls.projectId, projectId);
  const [rows, [counted]] = await query(
    Promise.all([
      connection.db
        .select({ id: calls.id, createdAt: calls.createdAt, tombstonedAt: calls.tombstonedAt })
        .from(calls)
        .where(ofProject)
        .orderBy(desc(calls.createdAt), asc(calls.id))
        .limit(page.limit)
        .offset((page.page - 1) * page.limit),
      connection.db.select({ total: count() }).from(calls).where(ofProject),
    ]),
  );
  const summaries = rows.map(
    (row): CallSummary => ({
      callId: row.id as CallId,
      createdAt: row.createdAt.toISOString(),
      tombstonedAt: row.tombstonedAt?.toISOString() ?? null,
    }),
  );
  return { calls: summaries, page: page.page, limit: page.limit, total: counted?.total ?? 0 };
}

/** A call with those who hold its seats, in the order in which they joined. Nobody holds a seat of an ended call. */
export async function findCall(
  connection: Connection,
  projectId: string,
  callId: string,
): Promise<CallDetails | undefined> {
  // One statement, so that the call and its peers are of one moment.
  const rows = await query(
    connection.db
      .select({
        call: calls,
        peer: { peerId: callPeers.peerId, status: callPeers.status, updatedAt: callPeers.updatedAt },
      })
      .from(calls)
      .leftJoin(callPeers, and(eq(callPeers.callId, calls.id), isNull(calls.tombstonedAt), seatIsHeld))
      .where(and(eq(calls.id, callId), eq(calls.projectId, projectId)))
      .orderBy(asc(callPeers.joinedAt), asc(callPeers.peerId))
      .limit(2),
  );
  const call = rows[0]?.call;
  if (!call) return undefined;
  return {
    callId: call.id as CallId,
    createdAt: call.createdAt.toISOString(),
    updatedAt: call.updatedAt.toISOString(),
    peers: rows.flatMap(({ peer }) =>
      peer
        ? {
            peerId: peer.peerId as PeerId,
            status: peer.status === "connected" ? ("connected" as const) : ("disconnected" as const),
            updatedAt: peer.updatedAt.toISOString(),
          }
        : [],
    ),
    accessControl: call.accessControl,
    tombstonedAt: call.tombstonedAt?.toISOString() ?? null,
  };
}
