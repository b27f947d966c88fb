import type { PeerId } from "@radist-tech/protocol";
import type { SeatStep } from "./event.ts";
import type { LeftReason, RoomFact, RoomRecord, Seat, Track } from "./record.ts";

export const UNCHANGED: SeatStep = { outcome: "unchanged" };

const isConnected = (seat: Seat | undefined): number => (seat?.status === "connected" ? 1 : 0);

export function withSeat(room: RoomRecord, seat: Seat): RoomRecord {
  const earlier = room.seats.get(seat.peerId);
  return {
    ...room,
    held: room.held + (earlier ? 0 : 1),
    connected: room.connected + isConnected(seat) - isConnected(earlier),
    seats: new Map(room.seats).set(seat.peerId, seat),
  };
}

/** Frees seats, each with its fact. */
export function free(
  room: RoomRecord,
  gone: readonly Seat[],
  reason: LeftReason,
): { readonly room: RoomRecord; readonly facts: readonly RoomFact[] } {
  const seats = new Map(room.seats);
  for (const { peerId } of gone) seats.delete(peerId);
  return {
    room: {
      ...room,
      seats,
      held: room.held - gone.length,
      connected: room.connected - gone.filter(isConnected).length,
    },
    facts: gone.map(({ peerId }) => left(peerId, reason)),
  };
}

const left = (peerId: PeerId, reason: LeftReason): RoomFact => ({
  type: "room.participant_left",
  data: { peerId, reason },
});

type UnpublishReason = Extract<RoomFact, { type: "room.track_unpublished" }>["data"]["reason"];

export const unpublished = (tracks: readonly Track[], reason: UnpublishReason): RoomFact[] =>
  tracks.map((track) => ({ type: "room.track_unpublished", data: { ...track, reason } }));

/** Their sockets and their media are gone: who can resume gets the window for it, the others are gone as well. */
export function disconnectAll(
  room: RoomRecord,
  windowMs: number,
  reason: LeftReason,
): { readonly room: RoomRecord; readonly facts: readonly RoomFact[] } {
  const freed = free(
    room,
    [...room.seats.values()].filter(({ resume }) => resume === null),
    reason,
  );
  const seats = new Map(freed.room.seats);
  const facts = [...freed.facts];
  for (const seat of freed.room.seats.values()) {
    if (seat.status === "disconnected") continue;
    seats.set(seat.peerId, { ...seat, status: "disconnected", windowMs });
    facts.push({ type: "room.participant_disconnected", data: { peerId: seat.peerId } });
  }
  return { room: { ...freed.room, seats, connected: 0 }, facts };
}
