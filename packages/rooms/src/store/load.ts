import {
  events,
  execute,
  hexOf,
  roomPeers,
  rooms,
  roomTokens,
  rowsOf,
  statement,
  type Transaction,
} from "@radist-tech/db";
import type { Epoch, NodeId, Participant, PeerId, ProjectId, RoomId } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
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
  const { kind, ...concerned } = scopeOf(seats);
  const [locked, { counts, seats: peers }, open] = await Promise.all([
    execute(tx, LOCK, ids),
    execute(tx, READ[kind], { ids, ...concerned }),
    tracks ? selectOpenTracks(tx, ids) : [],
  ]);
  const rows = locked.map((row) => roomRows.decode(row));
  const countOf = new Map(counts.map((each) => [each.roomId, each]));
  const seatsOf = Map.groupBy(
    peers.map((each) => ({ ...each, peer: peerRows.decode(each.peer) })),
    ({ peer }) => peer.roomId,
  );
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

const [roomRows, peerRows] = [rowsOf(rooms), rowsOf(roomPeers)];

interface Concerned {
  readonly ids: readonly RoomId[];
  readonly peerIds?: readonly PeerId[];
  readonly tokenHash?: string | null;
}

const scopeOf = (seats: Scope["seats"]) => {
  if (typeof seats === "string") return { kind: seats } as const;
  if ("joinedBy" in seats) return { kind: "joinedBy", tokenHash: hexOf(seats.joinedBy) } as const;
  return { kind: "peers", peerIds: seats } as const;
};

const LOCK = statement<readonly RoomId[], unknown[]>(
  (input) => sql`
    with locked as (
      select * from ${rooms} where id in (select value::uuid from json_array_elements_text(${input}))
      order by id for no key update
    )
    select coalesce(json_agg(${roomRows.json}), '[]') as output from locked as ${rooms}`,
);

interface RoomRead {
  readonly counts: readonly { readonly roomId: string; readonly held: number; readonly connected: number }[];
  readonly seats: readonly {
    readonly peer: unknown;
    readonly unconfirmedMs: number | null;
    readonly windowMs: number | null;
  }[];
}

/** Seats of rooms: how many, and those that a step concerns. */
const reading = (concerned: (input: SQL) => SQL | undefined) =>
  statement<Concerned, RoomRead>((input) => {
    const ids = sql`select value::uuid from json_array_elements_text(${input} -> 'ids')`;
    const ms = (age: SQL) => sql`(extract(epoch from ${age}) * 1000)::float8`;
    return sql`select json_build_object(
      'counts', (select coalesce(json_agg(counted), '[]') from (
        select ${roomPeers.roomId} as "roomId", count(*)::int as held,
          (count(*) filter (where ${roomPeers.status} = 'connected'))::int as connected
        from ${roomPeers} where ${roomPeers.roomId} in (${ids}) group by ${roomPeers.roomId}) as counted),
      'seats', (select coalesce(json_agg(json_build_object(
          'peer', ${peerRows.json}, 'unconfirmedMs', ${ms(sql`now() - ${roomPeers.unconfirmedSince}`)},
          'windowMs', ${ms(sql`${roomPeers.expiresAt} - now()`)}
        ) order by ${roomPeers.joinedAt}, ${roomPeers.peerId}), '[]')
        from ${roomPeers} where ${roomPeers.roomId} in (${ids}) and (${concerned(input) ?? sql`true`}))
    ) as output`;
  });

/** A null never equals: peers without an identity are replaced by nobody. */
const isReplaced = (input: SQL): SQL => sql`${roomPeers.identity} = (
  select ${roomTokens.identity} from ${roomTokens}
  where ${roomTokens.hash} = (${input} ->> 'tokenHash')::bytea and ${roomTokens.duplicateIdentity} = 'replace')`;

const msBeforeNow = (ms: number): SQL => sql.raw(`now() - ${ms} * interval '1 millisecond'`);

export const isOverdue = (): SQL =>
  sql`(${roomPeers.status} = 'disconnected' and ${roomPeers.expiresAt} <= ${msBeforeNow(GRACE_MS)})`;

const seatIsVacant = (): SQL =>
  sql`(${roomPeers.unconfirmedSince} is not null
    and (${roomPeers.status} = 'disconnected' or ${roomPeers.unconfirmedSince} <= ${msBeforeNow(CONFIRM_MS)}))`;

const READ = {
  none: reading(() => sql`false`),
  all: reading(() => undefined),
  overdue: reading(isOverdue),
  peers: reading(
    (input) => sql`${roomPeers.peerId} in (select value from json_array_elements_text(${input} -> 'peerIds'))`,
  ),
  joinedBy: reading((input) => sql`(${seatIsVacant()} or ${isReplaced(input)})`),
};

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
async function selectOpenTracks(
  tx: Transaction,
  ids: readonly RoomId[],
): Promise<{ readonly roomId: string; readonly track: Track }[]> {
  const open = new Map<string, { roomId: string; track: Track }>();
  for (const { roomId, isOpen, data } of await execute(tx, READ_TRACKS, ids)) {
    const { peerId, producerId, kind } = data;
    if (isOpen) open.set(producerId, { roomId, track: { peerId, producerId, kind } });
    else open.delete(producerId);
  }
  return [...open.values()];
}

interface TrackRead {
  readonly roomId: string;
  readonly isOpen: boolean;
  readonly data: Track;
}

const READ_TRACKS = statement<readonly RoomId[], readonly TrackRead[]>(
  (input) => sql`
    select coalesce(json_agg(json_build_object(
      'roomId', ${events.subjectId}, 'isOpen', ${events.type} = 'room.track_published', 'data', ${events.data}
    ) order by ${events.subjectId}, ${events.seq}), '[]') as output
    from ${events}
    where ${events.subjectId} in (select value::uuid from json_array_elements_text(${input}))
      and ${events.type} in ('room.track_published', 'room.track_unpublished')`,
);
