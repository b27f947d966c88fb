import { roomPeers, rooms, type Transaction } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import { sql } from "drizzle-orm";
import type { SeatChange } from "../seats/event.ts";
import type { Seat } from "../seats/record.ts";
import type { Loaded } from "./load.ts";
import { moveHomeSites } from "./media-sites.ts";

/** What a step made of a room. */
export interface Changed extends Loaded {
  readonly change: SeatChange;
}

/** Stores what steps say, of many rooms at once, with their facts. Sent at once: it costs one round trip. */
export async function storeChanges(tx: Transaction, changes: readonly Changed[]): Promise<void> {
  if (changes.length === 0) return;
  const seats = changes.map(seatsChanged);
  const flat = <Key extends "gone" | "fresh" | "altered">(key: Key) => seats.flatMap((each) => each[key]);
  await Promise.all([
    updateRooms(tx, changes),
    deleteSeats(tx, flat("gone")),
    insertSeats(tx, flat("fresh")),
    updateSeats(tx, flat("altered")),
    moveHomeSites(
      tx,
      changes.map(({ room, change }) => ({ before: room, after: change.room })),
    ),
    recordFacts(
      tx,
      changes.map(({ room: { projectId, roomId }, eventSeq, change: { facts } }) => ({
        projectId,
        kind: "room",
        subjectId: roomId,
        after: eventSeq,
        facts,
      })),
    ),
  ]);
}

interface OfRoom {
  readonly roomId: string;
  readonly seat: Seat;
}

function seatsChanged({ room, change }: Changed): { gone: OfRoom[]; fresh: OfRoom[]; altered: OfRoom[] } {
  const { roomId, seats: before } = room;
  const { seats: after } = change.room;
  const ofRoom = (seat: Seat): OfRoom => ({ roomId, seat });
  const left = [...after.values()];
  return {
    gone: [...before.values()].filter(({ peerId }) => !after.has(peerId)).map(ofRoom),
    fresh: left.filter(({ peerId }) => !before.has(peerId)).map(ofRoom),
    altered: left.filter((seat) => before.has(seat.peerId) && before.get(seat.peerId) !== seat).map(ofRoom),
  };
}

/** Rows for a set-based statement, as one parameter. */
const rowsOf = (rows: readonly object[]) => sql`${JSON.stringify(rows)}::text::jsonb`;

async function updateRooms(tx: Transaction, changes: readonly Changed[]): Promise<void> {
  const next = changes.map(({ eventSeq, change: { room, facts } }) => ({
    id: room.roomId,
    home_node_id: room.home?.nodeId ?? null,
    home_node_epoch: room.home?.nodeEpoch ?? null,
    home_epoch: room.homeEpoch,
    is_idle: room.connected === 0,
    ended: room.ended,
    event_seq: eventSeq + facts.length,
  }));
  await tx.execute(sql`
    update ${rooms} set
      home_node_id = next.home_node_id, home_node_epoch = next.home_node_epoch, home_epoch = next.home_epoch,
      idle_since = case when next.is_idle then coalesce(rooms.idle_since, now()) end,
      tombstoned_at = case when next.ended is not null then coalesce(rooms.tombstoned_at, now()) end,
      tombstone_reason = next.ended, event_seq = next.event_seq
    from jsonb_to_recordset(${rowsOf(next)}) as next(
      id uuid, home_node_id text, home_node_epoch bigint, home_epoch integer, is_idle boolean, ended text,
      event_seq integer)
    where rooms.id = next.id`);
}

async function deleteSeats(tx: Transaction, gone: readonly OfRoom[]): Promise<void> {
  if (gone.length === 0) return;
  const keys = gone.map(({ roomId, seat }) => ({ room_id: roomId, peer_id: seat.peerId }));
  await tx.execute(sql`
    delete from ${roomPeers} using jsonb_to_recordset(${rowsOf(keys)}) as gone(room_id uuid, peer_id text)
    where room_peers.room_id = gone.room_id and room_peers.peer_id = gone.peer_id`);
}

async function insertSeats(tx: Transaction, fresh: readonly OfRoom[]): Promise<void> {
  if (fresh.length === 0) return;
  await tx.insert(roomPeers).values(
    fresh.map(({ roomId, seat: { peerId, participant, status, resume } }) => ({
      roomId,
      peerId,
      ...participant,
      status,
      resumeHash: resume?.current ?? null,
    })),
  );
}

async function updateSeats(tx: Transaction, altered: readonly OfRoom[]): Promise<void> {
  if (altered.length === 0) return;
  const hex = (digest: Uint8Array | null | undefined) => (digest ? Buffer.from(digest).toString("hex") : null);
  const next = altered.map(({ roomId, seat: { peerId, status, windowMs, resume } }) => ({
    room_id: roomId,
    peer_id: peerId,
    status,
    window_ms: windowMs,
    current: hex(resume?.current),
    fresh: hex(resume?.fresh),
  }));
  await tx.execute(sql`
    update ${roomPeers} set
      status = next.status, expires_at = now() + next.window_ms * interval '1 millisecond',
      resume_hash = decode(next.current, 'hex'), fresh_resume_hash = decode(next.fresh, 'hex')
    from jsonb_to_recordset(${rowsOf(next)}) as next(
      room_id uuid, peer_id text, status text, window_ms float8, current text, fresh text)
    where room_peers.room_id = next.room_id and room_peers.peer_id = next.peer_id`);
}
