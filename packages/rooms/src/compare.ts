import { type Connection, nodes, onPrimary, query, roomPeers, rooms } from "@radist-tech/db";
import type { Epoch, PeerId, RoomId } from "@radist-tech/protocol";
import type { LedgerNode } from "@radist-tech/usage";
import { and, eq, inArray } from "drizzle-orm";
import { isHomeAlive } from "./home-lookup.ts";
import type { HomeClaim } from "./homes.ts";

/** Which of these claims hold no longer: another one came after, or the room has ended. */
export async function findLostClaims(
  connection: Connection,
  claims: readonly HomeClaim[],
): Promise<Map<HomeClaim, "ended" | "fenced">> {
  const lost = new Map<HomeClaim, "ended" | "fenced">();
  if (claims.length === 0) return lost;
  const ids = [...new Set(claims.map(({ roomId }) => roomId))];
  const rows = await query(
    connection.db
      .select({ id: rooms.id, homeEpoch: rooms.homeEpoch, tombstonedAt: rooms.tombstonedAt })
      .from(rooms)
      .where(and(inArray(rooms.id, ids), onPrimary)),
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const claim of claims) {
    const row = known.get(claim.roomId);
    if (row?.homeEpoch !== claim.epoch) lost.set(claim, "fenced");
    else if (row.tombstonedAt) lost.set(claim, "ended");
  }
  return lost;
}

/**
 * Whether rooms are still at home where these claims say, on nodes that live, by the names of {@link nameOfClaim}.
 *
 * @throws {DatabaseUnavailable}
 */
export async function findStandingHomes(
  connection: Connection,
  claims: readonly HomeClaim[],
): Promise<Map<string, boolean>> {
  const rows = await query(
    connection.db
      .select({ id: rooms.id, homeEpoch: rooms.homeEpoch, isAlive: isHomeAlive })
      .from(rooms)
      .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
      .where(and(inArray(rooms.id, [...new Set(claims.map(({ roomId }) => roomId))]), onPrimary)),
  );
  const standing = new Set(
    rows.flatMap(({ id, homeEpoch, isAlive }) =>
      isAlive ? nameOfClaim({ roomId: id as RoomId, epoch: homeEpoch as Epoch }) : [],
    ),
  );
  return new Map(claims.map(nameOfClaim).map((name) => [name, standing.has(name)]));
}

export const nameOfClaim = ({ roomId, epoch }: HomeClaim): string => `${roomId} ${epoch}`;

/** Who holds a seat in these rooms. */
export async function findSeated(connection: Connection, roomIds: readonly RoomId[]): Promise<Set<PeerId>> {
  if (roomIds.length === 0) return new Set();
  const rows = await query(
    connection.db
      .select({ peerId: roomPeers.peerId })
      .from(roomPeers)
      .where(and(inArray(roomPeers.roomId, [...roomIds]), onPrimary)),
  );
  return new Set(rows.map(({ peerId }) => peerId as PeerId));
}

/** The rooms whose home is a node, by the database. */
export async function findHomesOf(connection: Connection, { nodeId, nodeEpoch }: LedgerNode): Promise<HomeClaim[]> {
  const rows = await query(
    connection.db
      .select({ id: rooms.id, homeEpoch: rooms.homeEpoch })
      .from(rooms)
      .where(and(eq(rooms.homeNodeId, nodeId), eq(rooms.homeNodeEpoch, nodeEpoch), onPrimary)),
  );
  return rows.map(({ id, homeEpoch }) => ({ roomId: id as RoomId, epoch: homeEpoch as Epoch }));
}

export interface ConnectedSeat {
  readonly roomId: RoomId;
  readonly peerId: PeerId;
}

/** The seats in these rooms whose peers have sockets, by the database. */
export async function findConnectedSeats(connection: Connection, roomIds: readonly RoomId[]): Promise<ConnectedSeat[]> {
  if (roomIds.length === 0) return [];
  const rows = await query(
    connection.db
      .select({ roomId: roomPeers.roomId, peerId: roomPeers.peerId })
      .from(roomPeers)
      .where(and(inArray(roomPeers.roomId, [...roomIds]), eq(roomPeers.status, "connected"), onPrimary)),
  );
  return rows as ConnectedSeat[];
}
