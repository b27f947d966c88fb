import { free, UNCHANGED, withSeat } from "./change.ts";
import type { SeatEvent, SeatStep } from "./event.ts";
import type { ResumeDigests, RoomRecord, Seat } from "./record.ts";

type Of<Type extends SeatEvent["type"]> = Extract<SeatEvent, { type: Type }>;

export function join(room: RoomRecord, event: Of<"join">): SeatStep {
  const { peerId, participant, resumeDigest, projectId } = event;
  if (room.ended) return { outcome: "refused", code: "room_terminated" };
  if (room.projectId !== projectId) return { outcome: "refused", code: "invalid_token" };
  if (room.maxParticipants !== null && room.held >= room.maxParticipants) {
    return { outcome: "refused", code: "room_full" };
  }
  if (!participant) return { outcome: "refused", code: "invalid_token" };
  const { identity, name } = participant;
  const resume = resumeDigest && { current: resumeDigest, fresh: null };
  return {
    outcome: "done",
    room: withSeat(room, { peerId, participant, status: "connected", windowMs: null, resume }),
    notify: [],
    facts: [
      {
        type: "room.participant_joined",
        data: { peerId, ...(identity !== undefined && { identity }), ...(name !== undefined && { name }) },
      },
    ],
  };
}

export function resume(room: RoomRecord, event: Of<"resume">): SeatStep {
  const { peerId, digest, freshDigest, projectId } = event;
  if (room.ended) return { outcome: "refused", code: "room_terminated" };
  const seat = room.seats.get(peerId);
  const isInTime = seat && (seat.windowMs === null || seat.windowMs > 0);
  if (!isInTime || room.projectId !== projectId || !proves(seat.resume, digest)) {
    return { outcome: "refused", code: "invalid_reconnect" };
  }
  return {
    outcome: "done",
    room: withSeat(room, {
      ...seat,
      status: "connected",
      windowMs: null,
      resume: { current: digest, fresh: freshDigest },
    }),
    notify: [],
    // From a socket that nobody has missed yet, nothing becomes true.
    facts: seat.status === "connected" ? [] : [{ type: "room.participant_resumed", data: { peerId } }],
  };
}

export function disconnect(room: RoomRecord, { peerId, windowMs }: Of<"disconnect">): SeatStep {
  const seat = room.seats.get(peerId);
  if (seat?.status !== "connected") return UNCHANGED;
  return {
    outcome: "done",
    room: withSeat(room, { ...seat, status: "disconnected", windowMs }),
    notify: [],
    facts: [{ type: "room.participant_disconnected", data: { peerId } }],
  };
}

export function leave(room: RoomRecord, { peerId, reason }: Of<"leave">): SeatStep {
  const seat = room.seats.get(peerId);
  // Whoever came back in time has not expired.
  if (!seat || (reason === "expired" && seat.status === "connected")) return UNCHANGED;
  return { outcome: "done", notify: [], ...free(room, [seat], reason) };
}

export function kick(room: RoomRecord, { peerId }: Of<"kick">): SeatStep {
  const seat = room.seats.get(peerId);
  if (!seat) return { outcome: "refused", code: "participant_not_found" };
  const { identity } = seat.participant;
  // Somebody with a second tab would stay otherwise.
  const isSame = (other: Seat): boolean =>
    other === seat || (identity !== undefined && other.participant.identity === identity);
  const gone = [...room.seats.values()].filter(isSame);
  return {
    outcome: "done",
    notify: gone.map((each) => ({ type: "participant_kicked", roomId: room.roomId, peerId: each.peerId })),
    ...free(room, gone, "kicked"),
  };
}

export function expire(room: RoomRecord, { graceMs }: Of<"expire">): SeatStep {
  const isOverdue = ({ windowMs }: Seat): boolean => windowMs !== null && windowMs <= -graceMs;
  const gone = [...room.seats.values()].filter(isOverdue);
  return gone.length === 0 ? UNCHANGED : { outcome: "done", notify: [], ...free(room, gone, "expired") };
}

const proves = (digests: ResumeDigests | null, digest: Uint8Array): boolean =>
  digests !== null && (isSame(digests.current, digest) || (digests.fresh !== null && isSame(digests.fresh, digest)));

/** Digests are compared, not secrets: how long it takes tells nothing. */
const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
