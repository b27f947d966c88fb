import { type Connection, callPeers, roomPeers } from "@radist-tech/db";
import { newPeerId, newReconnectToken, type PeerId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { sha256 } from "../auth/digest.ts";

type Status = (typeof callPeers.$inferInsert)["status"];

/** Seats a peer the way a signaling node records it. A disconnected one may come back for `windowSeconds` from now. */
export async function seatPeer(
  connection: Connection,
  callId: string,
  status: Status,
  windowSeconds = 30,
): Promise<PeerId> {
  const peerId = newPeerId();
  await connection.db.insert(callPeers).values({
    callId,
    peerId,
    status,
    epoch: 1,
    nodeId: "node_test",
    nodeEpoch: 1,
    joinedAt: sql`clock_timestamp()`,
    updatedAt: sql`now()`,
    expiresAt: status === "connected" ? null : sql`now() + make_interval(secs => ${windowSeconds})`,
    reconnectHash: sha256(newReconnectToken()),
  });
  return peerId;
}

/** Gives a participant a place the way a room's home records it. */
export async function placeParticipant(
  connection: Connection,
  roomId: string,
  participant: Partial<typeof roomPeers.$inferInsert> = {},
): Promise<PeerId> {
  const peerId = newPeerId();
  const joinedAt = sql`clock_timestamp()`;
  await connection.db.insert(roomPeers).values({ roomId, peerId, status: "connected", joinedAt, ...participant });
  return peerId;
}
