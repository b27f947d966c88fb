import { type Connection, onPrimary, query, roomPeers, rooms } from "@radist-tech/db";
import type { LiveParticipant, PeerId, RoomDetails, RoomId } from "@radist-tech/protocol";
import { and, asc, eq, isNull } from "drizzle-orm";

/** A room with the participants that hold its seats, in the order in which they joined. An ended room has none. */
export async function findRoom(
  connection: Connection,
  projectId: string,
  roomId: string,
): Promise<RoomDetails | undefined> {
  // One statement, so that the room and its participants are of one moment.
  const rows = await query(
    connection.db
      .select({ room: rooms, peer: roomPeers })
      .from(rooms)
      .leftJoin(roomPeers, and(eq(roomPeers.roomId, rooms.id), isNull(rooms.tombstonedAt)))
      .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId), onPrimary))
      .orderBy(asc(roomPeers.joinedAt), asc(roomPeers.peerId)),
  );
  const room = rows[0]?.room;
  if (!room) return undefined;
  return {
    roomId: room.id as RoomId,
    createdAt: room.createdAt.toISOString(),
    tombstonedAt: room.tombstonedAt?.toISOString() ?? null,
    maxParticipants: room.maxParticipants,
    e2ee: room.e2ee,
    metadata: room.metadata,
    idleSeconds: room.idleSeconds,
    participants: rows.flatMap(({ peer }) => (peer ? liveParticipant(peer) : [])),
  };
}

function liveParticipant(peer: typeof roomPeers.$inferSelect): LiveParticipant {
  const { identity, name, metadata } = peer;
  return {
    peerId: peer.peerId as PeerId,
    status: peer.status,
    joinedAt: peer.joinedAt.toISOString(),
    // What the backend did not say when it minted the token is left out, not null.
    ...(identity !== null && { identity }),
    ...(name !== null && { name }),
    ...(metadata !== null && { metadata }),
    canPublish: peer.canPublish,
    canSubscribe: peer.canSubscribe,
  };
}
