import { type Connection, callPeers, roomPeers } from "@radist-tech/db";
import { newPeerId, newReconnectToken, type PeerId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { sha256 } from "../auth/digest.ts";

type Status = (typeof callPeers.$inferInsert)["status"];

let seated = 0;

/** Now, and after everybody else: these times are kept in whole milliseconds. */
const inTurn = () => sql`clock_timestamp() + ${++seated}::int * interval '1 millisecond'`;

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
    joinedAt: inTurn(),
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
  const place = { roomId, peerId, status: "connected", joinedAt: inTurn() } as const;
  await connection.db.insert(roomPeers).values({ ...place, ...participant });
  return peerId;
}
