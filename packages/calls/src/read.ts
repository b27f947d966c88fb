import { type Connection, callPeers, calls, onPrimary, query } from "@radist-tech/db";
import type { CallDetails, CallId, PeerId } from "@radist-tech/protocol";
import { and, asc, eq, isNull } from "drizzle-orm";
import { SEATS } from "./call.ts";
import { seatIsHeld } from "./seats.ts";

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
      .where(and(eq(calls.id, callId), eq(calls.projectId, projectId), onPrimary))
      .orderBy(asc(callPeers.joinedAt), asc(callPeers.peerId))
      .limit(SEATS),
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
