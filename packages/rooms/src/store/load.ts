import { events, roomPeers, rooms, roomTokens, type Transaction } from "@radist-tech/db";
import type { Epoch, NodeId, Participant, PeerId, ProjectId, RoomId } from "@radist-tech/protocol";
import { and, asc, count, eq, inArray, isNotNull, lte, or, type SQL, sql } from "drizzle-orm";
import { CONFIRM_MS, type RoomRecord, type Seat, type Track } from "../seats/record.ts";

/** A room's home frees the seats of its own peers; this much later, milliseconds, any node does. */
export const GRACE_MS = 3_000;

export interface Scope {
  /** Which seats the step concerns; `overdue`: those whose window, and the grace after it, are over;
   * `joinedBy`: those that a join by the token with this digest may free, because they count as free or by their identity. */
  readonly seats: "none" | "all" | "overdue" | readonly PeerId[] | { readonly joinedBy: Uint8Array };
  /** Whether it ends the media of all. */
  readonly tracks?: boolean;
}

const ROOM = {
  id: rooms.id,
  projectId: rooms.projectId,
  maxParticipants: rooms.maxParticipants,
  e2ee: rooms.e2ee,
  tombstonedAt: rooms.tombstonedAt,
  tombstoneReason: rooms.tombstoneReason,
  homeNodeId: rooms.homeNodeId,
  homeNodeEpoch: rooms.homeNodeEpoch,
  homeEpoch: rooms.homeEpoch,
  eventSeq: rooms.eventSeq,
};

/** A room under its lock, with the number of its last event. */
export interface Loaded {
  readonly room: RoomRecord;
  readonly endedAt: Date | null;
  readonly eventSeq: number;
}

/**
 * Locks rooms in the order of their ids and loads what a step needs of them; rooms that do not exist are left out. The
 * statements are sent at once, the lock first: on the one connection they run in this order, and no round trips add up.
 */
export async function loadRooms(
  tx: Transaction,
  roomIds: readonly RoomId[],
  { seats, tracks = false }: Scope,
): Promise<Loaded[]> {
  const ids = [...roomIds];
  const [rows, counts, peers, open] = await Promise.all([
    lockRooms(tx, ids),
    countSeats(tx, ids),
    seats === "none" ? [] : selectSeats(tx, ids, seats),
    tracks ? selectOpenTracks(tx, ids) : [],
  ]);
  const countOf = new Map(counts.map((each) => [each.roomId, each]));
  const seatsOf = Map.groupBy(peers, ({ peer }) => peer.roomId);
  const tracksOf = Map.groupBy(open, ({ roomId }) => roomId);
  return rows.map((row) => ({
    eventSeq: row.eventSeq,
    endedAt: row.tombstonedAt,
    room: {
      roomId: row.id as RoomId,
      projectId: row.projectId as ProjectId,
      maxParticipants: row.maxParticipants,
      e2ee: row.e2ee,
      // Rooms that were ended before there was a reason have none.
      ended: row.tombstonedAt && (row.tombstoneReason ?? "terminated"),
      home:
        row.homeNodeId === null || row.homeNodeEpoch === null
          ? null
          : { nodeId: row.homeNodeId as NodeId, nodeEpoch: row.homeNodeEpoch },
      homeEpoch: row.homeEpoch as Epoch,
      held: countOf.get(row.id)?.held ?? 0,
      connected: countOf.get(row.id)?.connected ?? 0,
      seats: new Map(seatsOf.get(row.id)?.map((each) => [each.peer.peerId as PeerId, seatOf(each)])),
      tracks: tracksOf.get(row.id)?.map(({ track }) => track) ?? [],
    },
  }));
}

// A query is sent when it is awaited: each of these is a function of its own, so that they are sent as they are called.

async function lockRooms(tx: Transaction, ids: string[]) {
  return await tx.select(ROOM).from(rooms).where(inArray(rooms.id, ids)).orderBy(asc(rooms.id)).for("no key update");
}

async function countSeats(tx: Transaction, ids: string[]) {
  const connected = sql<number>`(count(*) filter (where ${roomPeers.status} = 'connected'))::int`;
  return await tx
    .select({ roomId: roomPeers.roomId, held: count(), connected })
    .from(roomPeers)
    .where(inArray(roomPeers.roomId, ids))
    .groupBy(roomPeers.roomId);
}

async function selectSeats(tx: Transaction, ids: string[], which: Exclude<Scope["seats"], "none">) {
  return await tx
    .select({
      peer: roomPeers,
      unconfirmedMs: sql<number | null>`(extract(epoch from now() - ${roomPeers.unconfirmedSince}) * 1000)::float8`,
      windowMs: sql<number | null>`(extract(epoch from ${roomPeers.expiresAt} - now()) * 1000)::float8`,
    })
    .from(roomPeers)
    .where(and(inArray(roomPeers.roomId, ids), concerned(which)))
    .orderBy(asc(roomPeers.joinedAt), asc(roomPeers.peerId));
}

function concerned(which: Exclude<Scope["seats"], "none">): SQL | undefined {
  if (which === "all") return undefined;
  if (which === "overdue") return isOverdue();
  return "joinedBy" in which ? or(seatIsVacant(), isReplacedBy(which.joinedBy)) : inArray(roomPeers.peerId, [...which]);
}

/** A null never equals: peers without an identity are replaced by nobody. */
const isReplacedBy = (tokenHash: Uint8Array): SQL => sql`${roomPeers.identity} = (
  select ${roomTokens.identity} from ${roomTokens}
  where ${roomTokens.hash} = ${tokenHash}::bytea and ${roomTokens.duplicateIdentity} = 'replace')`;

export const isOverdue = (): SQL | undefined =>
  and(
    eq(roomPeers.status, "disconnected"),
    lte(roomPeers.expiresAt, sql`now() - ${GRACE_MS} * interval '1 millisecond'`),
  );

const seatIsVacant = (): SQL | undefined =>
  and(
    isNotNull(roomPeers.unconfirmedSince),
    or(
      eq(roomPeers.status, "disconnected"),
      lte(roomPeers.unconfirmedSince, sql`now() - ${CONFIRM_MS} * interval '1 millisecond'`),
    ),
  );

function seatOf({
  peer,
  windowMs,
  unconfirmedMs,
}: {
  peer: typeof roomPeers.$inferSelect;
  windowMs: number | null;
  unconfirmedMs: number | null;
}): Seat {
  const { resumeHash, freshResumeHash } = peer;
  return {
    peerId: peer.peerId as PeerId,
    participant: participantOf(peer),
    status: peer.status,
    windowMs,
    unconfirmedMs,
    resume: resumeHash && { current: resumeHash, fresh: freshResumeHash },
  };
}

export function participantOf(row: {
  identity: string | null;
  name: string | null;
  metadata: unknown;
  canPublish: boolean;
  canSubscribe: boolean;
}): Participant {
  const { identity, name, metadata, canPublish, canSubscribe } = row;
  return {
    ...(identity !== null && { identity }),
    ...(name !== null && { name }),
    ...(metadata !== null && metadata !== undefined && { metadata: metadata as NonNullable<Participant["metadata"]> }),
    canPublish,
    canSubscribe,
  };
}

/** Tracks are in no table: those that the outbox says were published, and not that they ended. */
async function selectOpenTracks(tx: Transaction, ids: string[]): Promise<{ roomId: string; track: Track }[]> {
  const rows = await tx
    .select({ roomId: events.subjectId, type: events.type, data: events.data })
    .from(events)
    .where(
      and(inArray(events.subjectId, ids), inArray(events.type, ["room.track_published", "room.track_unpublished"])),
    )
    .orderBy(asc(events.subjectId), asc(events.seq));
  const open = new Map<string, { roomId: string; track: Track }>();
  for (const { roomId, type, data } of rows) {
    const { peerId, producerId, kind } = data as unknown as Track;
    if (type === "room.track_published") open.set(producerId, { roomId, track: { peerId, producerId, kind } });
    else open.delete(producerId);
  }
  return [...open.values()];
}
