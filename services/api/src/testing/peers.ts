import {
  confirmPeer,
  disconnectPeer,
  expirePeers,
  joinCall,
  leaveCall,
  mintToken,
  type Peer,
} from "@radist-tech/calls";
import { type Connection, roomPeers, transact } from "@radist-tech/db";
import { NodeId, newPeerId, type PeerId, type ProjectId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";

let seated = 0;

/** Now, but later than all earlier participants: these times are kept in whole milliseconds. */
const inTurn = () => sql`clock_timestamp() + ${++seated}::int * interval '1 millisecond'`;

const NODE = { nodeId: NodeId.parse("node_test"), nodeEpoch: 1 };

/** Seats a peer as a signaling node does. A disconnected one may come back for `windowSeconds` from now. */
export async function seatPeer(
  connection: Connection,
  callId: string,
  status: Peer["status"],
  windowSeconds = 30,
): Promise<PeerId> {
  const call = await connection.db.query.calls.findFirst({ where: (calls, { eq }) => eq(calls.id, callId) });
  if (!call) throw new Error("There is no such call.");
  const projectId = call.projectId as ProjectId;
  const { callToken } = await transact(connection, (tx) =>
    mintToken(tx, { projectId, callId, by: "secret", ttlSeconds: 60 }),
  );
  const limits = { reconnectWindowMs: windowSeconds * 1_000, idleMs: 3_600_000 };
  const common = { connection, limits, onLate: () => {}, onDone: () => {} };
  const joined = await joinCall({ ...common, projectId, ownerNode: NODE, silentMs: () => 0 }, { callToken }, () => {});
  const { peerId, epoch } = joined.peer;
  const peer = { callId: joined.call.callId, peerId, epoch, sessionId: joined.sessionId, silentMs: 0 };
  await confirmPeer(connection, peer);
  switch (status) {
    case "connected":
      break;
    case "left":
      await leaveCall(common, peer);
      break;
    case "disconnected":
      await disconnectPeer(common, peer, []);
      break;
    case "expired":
      await disconnectPeer({ ...common, limits: { ...limits, reconnectWindowMs: 0 } }, peer, []);
      await expirePeers(common, new AbortController().signal);
      break;
  }
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
