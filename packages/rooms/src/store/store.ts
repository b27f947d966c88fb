import {
  type BoundStatement,
  bind,
  hexOf,
  insertion,
  recordset,
  roomPeers,
  rooms,
  roomTokens,
  type Statement,
  statement,
} from "@radist-tech/db";
import { recording } from "@radist-tech/events";
import { sql } from "drizzle-orm";
import type { SeatChange } from "../seats/event.ts";
import type { LeftReason, Seat } from "../seats/record.ts";
import type { Loaded } from "./load.ts";
import { movingHomeSites } from "./media-sites.ts";

/** What a step made of a room. */
export interface Changed extends Loaded {
  readonly change: SeatChange;
}

/** Statements that store what steps say, of many rooms, with their facts: one for each table. */
export function storing(changes: readonly Changed[]): BoundStatement[] {
  if (changes.length === 0) return [];
  const seats = changes.map(seatsChanged);
  const flat = <Key extends "gone" | "fresh" | "altered">(key: Key) => seats.flatMap((each) => each[key]);
  return [
    bind(UPDATE_ROOMS, changes.map(toRoomRow)),
    ...about(DELETE_SEATS, flat("gone").map(toSeatKey)),
    ...about(RESTORE_TOKENS, changes.flatMap(restoredBy)),
    ...about(INSERT_SEATS, flat("fresh").map(toFreshRow)),
    ...about(UPDATE_SEATS, flat("altered").map(toAlteredRow)),
    ...movingHomeSites(changes.map(({ room, change }) => ({ before: room, after: change.room }))),
    ...recording(
      changes.map(({ room: { projectId, roomId }, eventSeq, change: { facts } }) => ({
        projectId,
        kind: "room",
        subjectId: roomId,
        after: eventSeq,
        facts,
      })),
    ),
  ];
}

const about = (rows: Statement<readonly unknown[]>, all: readonly unknown[]): BoundStatement[] =>
  all.length === 0 ? [] : [bind(rows, all)];

interface OfRoom {
  readonly roomId: string;
  readonly seat: Seat;
}

function seatsChanged({ room, change }: Changed): { gone: OfRoom[]; fresh: OfRoom[]; altered: OfRoom[] } {
  const { seats: before } = room;
  const { seats: after } = change.room;
  const ofRoom = (seat: Seat): OfRoom => ({ roomId: room.roomId, seat });
  const left = [...after.values()];
  return {
    gone: [...before.values()].filter(({ peerId }) => !after.has(peerId)).map(ofRoom),
    fresh: left.filter(({ peerId }) => !before.has(peerId)).map(ofRoom),
    altered: left.filter((seat) => before.has(seat.peerId) && before.get(seat.peerId) !== seat).map(ofRoom),
  };
}

const toRoomRow = ({ eventSeq, change: { room, facts } }: Changed) => ({
  id: room.roomId,
  homeNodeId: room.home?.nodeId,
  homeNodeEpoch: room.home?.nodeEpoch,
  homeEpoch: room.homeEpoch,
  isIdle: room.connected === 0,
  ended: room.ended,
  eventSeq: eventSeq + facts.length,
});

const UPDATE_ROOMS = statement<readonly unknown[]>((input) => {
  const { id, homeNodeId, homeNodeEpoch, homeEpoch, eventSeq } = rooms;
  const columns = { id, homeNodeId, homeNodeEpoch, homeEpoch, isIdle: "boolean", ended: "text", eventSeq };
  return sql`
    update ${rooms} set
      home_node_id = next."homeNodeId", home_node_epoch = next."homeNodeEpoch", home_epoch = next."homeEpoch",
      idle_since = case when next."isIdle" then coalesce(rooms.idle_since, now()) end,
      tombstoned_at = case when next.ended is not null then coalesce(rooms.tombstoned_at, now()) end,
      tombstone_reason = next.ended, event_seq = next."eventSeq"
    from ${recordset(input, "next", columns)}
    where rooms.id = next.id`;
});

const toSeatKey = ({ roomId, seat: { peerId } }: OfRoom) => ({ roomId, peerId });

const { roomId, peerId } = roomPeers;

const DELETE_SEATS = statement<readonly unknown[]>(
  (input) => sql`
    delete from ${roomPeers} using ${recordset(input, "gone", { roomId, peerId })}
    where ${roomId} = gone."roomId" and ${peerId} = gone."peerId"`,
);

/** Who was lost before it heard that it joined, and could not keep its seat, can use its token once more. */
const restoredBy = ({ room, change: { facts } }: Changed) =>
  facts.flatMap((fact) => {
    const isLoss = fact.type === "room.participant_left" && LOSSES.has(fact.data.reason);
    const isUnconfirmed = isLoss && (room.seats.get(fact.data.peerId)?.unconfirmedMs ?? null) !== null;
    return isUnconfirmed ? [{ roomId: room.roomId, peerId: fact.data.peerId }] : [];
  });

const RESTORE_TOKENS = statement<readonly unknown[]>(
  (input) => sql`
    update ${roomTokens} set used_at = null, peer_id = null, attempt_hash = null
    from ${recordset(input, "lost", { roomId, peerId })}
    where ${roomTokens.roomId} = lost."roomId" and ${roomTokens.peerId} = lost."peerId"`,
);

const LOSSES: ReadonlySet<LeftReason> = new Set(["disconnected", "node_lost"]);

const toFreshRow = ({ roomId: id, seat: { peerId: seated, participant, status, resume } }: OfRoom) => ({
  roomId: id,
  peerId: seated,
  ...participant,
  status,
  resumeHash: hexOf(resume?.current),
});

const INSERT_SEATS = insertion(
  roomPeers,
  [
    "roomId",
    "peerId",
    "identity",
    "name",
    "metadata",
    "canPublish",
    "canSubscribe",
    "status",
    "resumeHash",
    "unconfirmedSince",
  ],
  { values: { unconfirmedSince: sql`now()` } },
);

const toAlteredRow = ({ roomId: id, seat }: OfRoom) => ({
  roomId: id,
  peerId: seat.peerId,
  status: seat.status,
  windowMs: seat.windowMs,
  unconfirmedMs: seat.unconfirmedMs,
  current: hexOf(seat.resume?.current),
  fresh: hexOf(seat.resume?.fresh),
});

const UPDATE_SEATS = statement<readonly unknown[]>((input) => {
  const times = { windowMs: "float8", unconfirmedMs: "float8" };
  const columns = { roomId, peerId, status: "text", ...times, current: "bytea", fresh: "bytea" };
  return sql`
    update ${roomPeers} set
      status = next.status, expires_at = now() + next."windowMs" * interval '1 millisecond',
      unconfirmed_since = now() - next."unconfirmedMs" * interval '1 millisecond',
      resume_hash = next.current, fresh_resume_hash = next.fresh
    from ${recordset(input, "next", columns)}
    where ${roomId} = next."roomId" and ${peerId} = next."peerId"`;
});
