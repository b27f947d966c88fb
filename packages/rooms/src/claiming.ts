import {
  type Connection,
  nodes,
  query,
  roomPeers,
  rooms,
  roomTokens,
  type Transaction,
  transact,
} from "@radist-tech/db";
import {
  type E2eeMode,
  type Epoch,
  type NodeId,
  type Participant,
  type PeerId,
  type ProjectId,
  Refusal,
  type RoomId,
} from "@radist-tech/protocol";
import { closeLostSessions, closeSession } from "@radist-tech/usage";
import { and, eq, exists, gt, isNull, or, sql } from "drizzle-orm";
import { type HomeClaim, participantOf } from "./seating.ts";

/** What of a node these writes need. */
interface NodeContext {
  readonly connection: Connection;
  readonly lease: { readonly nodeId: NodeId; readonly epoch: number };
  readonly limits: { readonly RESUME_WINDOW_MS: number };
}

/** Somebody whose place an earlier home of the room left behind, to be waited for. */
export interface Awaited {
  readonly peerId: PeerId;
  readonly participant: Participant;
  /** How long the place is kept, milliseconds. */
  readonly forMs: number;
}

/** Where a room's home is, and under which claim. */
export interface Home {
  readonly roomId: RoomId;
  readonly nodeId: NodeId;
  readonly epoch: Epoch;
}

/** What is known of a room's home; `nodeId` is missing when nobody lives who has claimed it. */
export type Whereabouts = Omit<Home, "nodeId"> & { readonly nodeId?: NodeId };

const found = {
  id: rooms.id,
  epoch: rooms.homeEpoch,
  nodeId: rooms.homeNodeId,
  tombstonedAt: rooms.tombstonedAt,
  lives: sql<boolean>`coalesce(${nodes.leaseUntil} > now() and ${nodes.epoch} = ${rooms.homeNodeEpoch}, false)`,
};

/**
 * The room that a token opens.
 *
 * @throws {Refusal} `invalid_token`, `room_terminated` | {DatabaseUnavailable}
 */
export async function roomOfToken(node: NodeContext, projectId: ProjectId, hash: Uint8Array): Promise<Whereabouts> {
  const [row] = await query(
    node.connection.db
      .select({ ...found, isUsable: sql<boolean>`${roomTokens.usedAt} is null and ${roomTokens.expiresAt} > now()` })
      .from(roomTokens)
      .innerJoin(rooms, eq(rooms.id, roomTokens.roomId))
      .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
      .where(and(eq(roomTokens.hash, hash), eq(rooms.projectId, projectId))),
  );
  if (row?.tombstonedAt) throw new Refusal("room_terminated");
  if (!row?.isUsable) throw new Refusal("invalid_token", "Invalid or already consumed room token.");
  return whereabouts(row);
}

/** @throws {Refusal} `invalid_reconnect`, `room_terminated` | {DatabaseUnavailable} */
export async function roomOfPeer(
  node: NodeContext,
  projectId: ProjectId,
  roomId: RoomId,
  resumeHash: Uint8Array,
): Promise<Whereabouts> {
  const { db } = node.connection;
  const place = db
    .select({ one: sql`1` })
    .from(roomPeers)
    .where(
      and(
        eq(roomPeers.roomId, rooms.id),
        or(eq(roomPeers.resumeHash, resumeHash), eq(roomPeers.freshResumeHash, resumeHash)),
      ),
    );
  const [row] = await query(
    db
      .select({ ...found, isHeld: exists(place).mapWith(Boolean) })
      .from(rooms)
      .leftJoin(nodes, eq(nodes.id, rooms.homeNodeId))
      .where(and(eq(rooms.id, roomId), eq(rooms.projectId, projectId))),
  );
  if (row?.tombstonedAt) throw new Refusal("room_terminated");
  // Asked before anything is claimed for somebody who has no place there.
  if (!row?.isHeld) throw new Refusal("invalid_reconnect", "Invalid or expired resume token.");
  return whereabouts(row);
}

function whereabouts(row: { id: string; epoch: number; nodeId: string | null; lives: boolean }): Whereabouts {
  const known = { roomId: row.id as RoomId, epoch: row.epoch as Epoch };
  return row.lives ? { ...known, nodeId: row.nodeId as NodeId } : known;
}

/** A fresh claim, and what its holder must know of the room. */
export interface Claimed {
  readonly home: Home;
  readonly projectId: ProjectId;
  readonly e2ee: E2eeMode;
  readonly maxParticipants: number | null;
  /** Those who were with an earlier home and may come back. */
  readonly awaited: readonly Awaited[];
}

/**
 * Makes this node the home of a room, if nobody has claimed it since it was last looked at. Those who were there with
 * the earlier home lost their media with it: who can resume is waited for, the others are gone.
 *
 * @returns the new claim; nothing when another one came first
 * @throws {DatabaseUnavailable}
 */
export function claimHome(node: NodeContext, { roomId, epoch }: Whereabouts): Promise<Claimed | undefined> {
  const { lease, limits, connection } = node;
  return transact(connection, async (tx) => {
    const [room] = await tx
      .update(rooms)
      .set({
        homeNodeId: lease.nodeId,
        homeNodeEpoch: lease.epoch,
        homeEpoch: sql`${rooms.homeEpoch} + 1`,
        idleSince: sql`coalesce(${rooms.idleSince}, now())`,
      })
      .where(and(eq(rooms.id, roomId), eq(rooms.homeEpoch, epoch), isNull(rooms.tombstonedAt)))
      .returning({
        epoch: rooms.homeEpoch,
        projectId: rooms.projectId,
        e2ee: rooms.e2ee,
        maxParticipants: rooms.maxParticipants,
      });
    if (!room) return undefined;
    await orphan(tx, roomId, limits.RESUME_WINDOW_MS);
    const home: Home = { roomId, nodeId: lease.nodeId, epoch: room.epoch as Epoch };
    const { e2ee, maxParticipants } = room;
    const awaited = await findAwaited(tx, roomId);
    return { home, projectId: room.projectId as ProjectId, e2ee, maxParticipants, awaited };
  });
}

async function findAwaited(tx: Transaction, roomId: RoomId): Promise<Awaited[]> {
  const forMs = sql<number>`extract(epoch from ${roomPeers.expiresAt} - now())::float8 * 1000`;
  const rows = await tx
    .select({ peer: roomPeers, forMs })
    .from(roomPeers)
    .where(and(eq(roomPeers.roomId, roomId), gt(roomPeers.expiresAt, sql`now()`)))
    .orderBy(roomPeers.joinedAt, roomPeers.peerId);
  return rows.map(({ peer, forMs }) => ({
    peerId: peer.peerId as PeerId,
    participant: participantOf(peer),
    forMs,
  }));
}

/** Somebody whom this home had, and when it was last heard, monotonic milliseconds. */
export interface Present {
  readonly peerId: PeerId;
  readonly lastHeardAt: number;
}

/**
 * Gives a room up.
 *
 * @param present who was in it until now
 */
export function releaseHome(node: NodeContext, claim: HomeClaim, present: readonly Present[]): Promise<void> {
  const { roomId, epoch } = claim;
  return transact(node.connection, async (tx) => {
    const [released] = await tx
      .update(rooms)
      .set({ homeNodeId: null, homeNodeEpoch: null, idleSince: sql`coalesce(${rooms.idleSince}, now())` })
      .where(and(eq(rooms.id, roomId), eq(rooms.homeEpoch, epoch)))
      .returning({ id: rooms.id });
    if (!released || present.length === 0) return;
    for (const { peerId, lastHeardAt } of present) {
      await closeSession(tx, { subjectId: roomId, peerId }, "moved", performance.now() - lastHeardAt);
    }
    await orphan(tx, roomId, node.limits.RESUME_WINDOW_MS);
  });
}

/** The room's media is gone: its sessions end at their last checkpoint, its peers wait or are gone. */
export async function orphan(tx: Transaction, roomId: RoomId, windowMs: number): Promise<void> {
  await closeLostSessions(tx, { subjectId: roomId });
  await tx.delete(roomPeers).where(and(eq(roomPeers.roomId, roomId), isNull(roomPeers.resumeHash)));
  await tx
    .update(roomPeers)
    .set({ status: "disconnected", expiresAt: sql`now() + ${windowMs} * interval '1 millisecond'` })
    .where(and(eq(roomPeers.roomId, roomId), eq(roomPeers.status, "connected")));
}
