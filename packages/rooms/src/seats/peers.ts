import { free, UNCHANGED, withSeat } from "./change.ts";
import type { SeatEvent, SeatStep } from "./event.ts";
import { isVacant, type ResumeDigests, type RoomFact, type RoomRecord, type Seat } from "./record.ts";

type Of<Type extends SeatEvent["type"]> = Extract<SeatEvent, { type: Type }>;

export function join(room: RoomRecord, event: Of<"join">): SeatStep {
  const { peerId, participant, resumeDigest, projectId } = event;
  if (room.ended) return { outcome: "refused", code: "room_terminated" };
  if (room.projectId !== projectId) return { outcome: "refused", code: "invalid_token" };
  const replaced = replace(room, event);
  const vacated = vacate(replaced.room);
  if (isFull(vacated.room)) return { outcome: "refused", code: "room_full" };
  if (!participant) return { outcome: "refused", code: "invalid_token" };
  const { identity, name } = participant;
  const resume = resumeDigest && { current: resumeDigest, fresh: null };
  return {
    outcome: "done",
    room: withSeat(vacated.room, {
      peerId,
      participant,
      status: "connected",
      windowMs: null,
      resume,
      unconfirmedMs: 0,
    }),
    notify: [],
    facts: [
      ...replaced.facts,
      ...vacated.facts,
      {
        type: "room.participant_joined",
        data: { peerId, ...(identity !== undefined && { identity }), ...(name !== undefined && { name }) },
      },
    ],
  };
}

const isFull = ({ maxParticipants, held }: RoomRecord): boolean => maxParticipants !== null && held >= maxParticipants;

/** Frees the seats of earlier peers of the newcomer's identity, if its token says so. */
function replace(room: RoomRecord, { participant, duplicateIdentity }: Of<"join">): ReturnType<typeof free> {
  const identity = duplicateIdentity === "replace" ? participant?.identity : undefined;
  return free(room, peersOf(room, identity), "superseded");
}

const peersOf = ({ seats }: RoomRecord, identity: string | undefined): Seat[] =>
  identity === undefined ? [] : [...seats.values()].filter(({ participant }) => participant.identity === identity);

/** Of a full room, frees a seat whose holder has probably never heard that it has one: of several, the longest. */
function vacate(room: RoomRecord): ReturnType<typeof free> {
  const vacant = isFull(room) ? [...room.seats.values()].filter(isVacant).slice(0, 1) : [];
  return free(room, vacant, "expired");
}

export function rejoin(room: RoomRecord, event: Of<"rejoin">): SeatStep {
  const { peerId, isSameAttempt, freshDigest, projectId } = event;
  if (room.ended) return { outcome: "refused", code: "room_terminated" };
  const seat = room.seats.get(peerId);
  const mayHaveLostAnswer = seat?.status === "disconnected" && seat.unconfirmedMs !== null;
  if (!isInTime(seat) || room.projectId !== projectId || !(isSameAttempt || mayHaveLostAnswer)) {
    return { outcome: "refused", code: "invalid_token" };
  }
  const back: Seat = {
    ...seat,
    status: "connected",
    windowMs: null,
    // The earlier token may have arrived.
    resume: seat.resume && { current: seat.resume.current, fresh: freshDigest },
    unconfirmedMs: 0,
  };
  return { outcome: "done", room: withSeat(room, back), notify: [], facts: resumed(seat) };
}

export function confirm(room: RoomRecord, { peerId }: Of<"confirm">): SeatStep {
  const seat = room.seats.get(peerId);
  if (!seat || seat.unconfirmedMs === null) return UNCHANGED;
  return { outcome: "done", room: withSeat(room, { ...seat, unconfirmedMs: null }), notify: [], facts: [] };
}

const isInTime = (seat: Seat | undefined): seat is Seat =>
  seat !== undefined && (seat.windowMs === null || seat.windowMs > 0);

/** From a socket that nobody has missed yet, nothing becomes true. */
const resumed = ({ status, peerId }: Seat): RoomFact[] =>
  status === "connected" ? [] : [{ type: "room.participant_resumed", data: { peerId } }];

/** The resume token proves that the client heard of its join. */
export function resume(room: RoomRecord, event: Of<"resume">): SeatStep {
  const { peerId, digest, freshDigest, projectId } = event;
  if (room.ended) return { outcome: "refused", code: "room_terminated" };
  const seat = room.seats.get(peerId);
  if (!isInTime(seat) || room.projectId !== projectId || !proves(seat.resume, digest)) {
    return { outcome: "refused", code: "invalid_reconnect" };
  }
  return {
    outcome: "done",
    room: withSeat(room, {
      ...seat,
      status: "connected",
      windowMs: null,
      resume: { current: digest, fresh: freshDigest },
      unconfirmedMs: null,
    }),
    notify: [],
    facts: resumed(seat),
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
  // Somebody with a second tab would stay otherwise.
  const gone = [...new Set([seat, ...peersOf(room, seat.participant.identity)])];
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
