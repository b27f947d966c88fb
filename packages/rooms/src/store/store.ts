import { roomPeers, rooms, roomTokens, type Transaction } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import { and, inArray, type SQL, sql } from "drizzle-orm";
import type { SeatChange } from "../seats/event.ts";
import type { LeftReason, Seat } from "../seats/record.ts";
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
    restoreTokens(tx, changes),
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

/** A statement has at most 65,535 parameters. */
const STATEMENT_ROWS = 5_000;

/** Runs a set-based statement on all rows. Of a single row the planner makes what it makes of a plain statement. */
async function withRows<Row>(
  tx: Transaction,
  rows: readonly Row[],
  toValues: (row: Row) => SQL,
  statement: (values: SQL) => SQL,
): Promise<void> {
  const count = Math.ceil(rows.length / STATEMENT_ROWS);
  const chunks = Array.from({ length: count }, (_none, index) =>
    rows.slice(index * STATEMENT_ROWS, (index + 1) * STATEMENT_ROWS),
  );
  await Promise.all(
    chunks.map((chunk) => tx.execute(statement(sql`(values ${sql.join(chunk.map(toValues), sql`, `)})`))),
  );
}

const updateRooms = (tx: Transaction, changes: readonly Changed[]): Promise<void> =>
  withRows(
    tx,
    changes,
    ({ eventSeq, change: { room, facts } }) => sql`(
      ${room.roomId}::uuid, ${room.home?.nodeId ?? null}::text, ${room.home?.nodeEpoch ?? null}::bigint,
      ${room.homeEpoch}::integer, ${room.connected === 0}::boolean, ${room.ended}::text,
      ${eventSeq + facts.length}::integer)`,
    (values) => sql`
      update ${rooms} set
        home_node_id = next.home_node_id, home_node_epoch = next.home_node_epoch, home_epoch = next.home_epoch,
        idle_since = case when next.is_idle then coalesce(rooms.idle_since, now()) end,
        tombstoned_at = case when next.ended is not null then coalesce(rooms.tombstoned_at, now()) end,
        tombstone_reason = next.ended, event_seq = next.event_seq
      from ${values} as next(id, home_node_id, home_node_epoch, home_epoch, is_idle, ended, event_seq)
      where rooms.id = next.id`,
  );

const deleteSeats = (tx: Transaction, gone: readonly OfRoom[]): Promise<void> =>
  withRows(
    tx,
    gone,
    ({ roomId, seat }) => sql`(${roomId}::uuid, ${seat.peerId}::text)`,
    (values) => sql`
      delete from ${roomPeers} using ${values} as gone(room_id, peer_id)
      where room_peers.room_id = gone.room_id and room_peers.peer_id = gone.peer_id`,
  );

/** Who was lost before it heard that it joined, and could not keep its seat, can use its token once more. */
async function restoreTokens(tx: Transaction, changes: readonly Changed[]): Promise<void> {
  const peerIds = changes.flatMap(({ room, change: { facts } }) =>
    facts.flatMap((fact) => {
      const isLoss = fact.type === "room.participant_left" && LOSSES.has(fact.data.reason);
      return isLoss && (room.seats.get(fact.data.peerId)?.unconfirmedMs ?? null) !== null ? [fact.data.peerId] : [];
    }),
  );
  if (peerIds.length === 0) return;
  const roomIds = changes.map(({ room }) => room.roomId);
  await tx
    .update(roomTokens)
    .set({ usedAt: null, peerId: null, attemptHash: null })
    .where(and(inArray(roomTokens.roomId, roomIds), inArray(roomTokens.peerId, peerIds)));
}

const LOSSES: ReadonlySet<LeftReason> = new Set(["disconnected", "node_lost"]);

async function insertSeats(tx: Transaction, fresh: readonly OfRoom[]): Promise<void> {
  if (fresh.length === 0) return;
  await tx.insert(roomPeers).values(
    fresh.map(({ roomId, seat: { peerId, participant, status, resume } }) => ({
      roomId,
      peerId,
      ...participant,
      status,
      resumeHash: resume?.current ?? null,
      unconfirmedSince: sql`now()`,
    })),
  );
}

const updateSeats = (tx: Transaction, altered: readonly OfRoom[]): Promise<void> =>
  withRows(
    tx,
    altered,
    ({ roomId, seat: { peerId, status, windowMs, unconfirmedMs, resume } }) => sql`(
      ${roomId}::uuid, ${peerId}::text, ${status}::text, ${windowMs}::float8, ${unconfirmedMs}::float8,
      ${resume?.current ?? null}::bytea, ${resume?.fresh ?? null}::bytea)`,
    (values) => sql`
      update ${roomPeers} set
        status = next.status, expires_at = now() + next.window_ms * interval '1 millisecond',
        unconfirmed_since = now() - next.unconfirmed_ms * interval '1 millisecond',
        resume_hash = next.current, fresh_resume_hash = next.fresh
      from ${values} as next(room_id, peer_id, status, window_ms, unconfirmed_ms, current, fresh)
      where room_peers.room_id = next.room_id and room_peers.peer_id = next.peer_id`,
  );
