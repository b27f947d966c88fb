import type { Epoch, PeerId } from "@radist-tech/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Replayed, replay } from "../testing/replay.ts";
import { digestOf, HERE, PROJECT, roomOf, THERE } from "../testing/room-records.ts";
import type { SeatEvent } from "./event.ts";
import type { RoomFact, RoomRecord, Seat } from "./record.ts";
import { stepSeats } from "./step.ts";

// fast-check prints the seed of a failure, and the walk, made as short as it goes; `{ seed, path }` repeats it.
const RUNS = { numRuns: 500 };

interface Move {
  readonly type: SeatEvent["type"];
  /** Which of the peers that ever joined; beyond them: nobody. */
  readonly who: number;
  readonly canResume: boolean;
  /** Under the current claim, or an earlier one. */
  readonly isLate: boolean;
}

const often = <T>(weight: number, ...values: T[]) => ({ weight, arbitrary: fc.constantFrom(...values) });

const moves = fc.array(
  fc.record<Move>({
    type: fc.oneof(
      often<SeatEvent["type"]>(8, "join"),
      often<SeatEvent["type"]>(4, "disconnect", "resume", "rejoin"),
      often<SeatEvent["type"]>(2, "confirm"),
      often<SeatEvent["type"]>(2, "leave", "claim", "expire"),
      often<SeatEvent["type"]>(1, "kick", "release", "orphan"),
    ),
    who: fc.nat({ max: 7 }),
    canResume: fc.boolean(),
    isLate: fc.oneof(often(9, false), often(1, true)),
  }),
  { maxLength: 50, size: "max" },
);

const tokenOf = (peerId: PeerId) => digestOf(`${peerId} token`);

function eventOf({ type, who, canResume, isLate }: Move, { homeEpoch }: RoomRecord, index: number): SeatEvent {
  const peerId = `peer_${who}` as PeerId;
  const under = (isLate ? homeEpoch - 1 : homeEpoch) as Epoch;
  switch (type) {
    case "join": {
      const joining = `peer_${index}` as PeerId;
      const participant = { identity: `person ${who % 3}`, canPublish: true, canSubscribe: true };
      const duplicateIdentity = who < 5 ? "allow" : "replace";
      const resumeDigest = canResume ? tokenOf(joining) : null;
      return { type, under, projectId: PROJECT, peerId: joining, participant, duplicateIdentity, resumeDigest };
    }
    case "rejoin":
      return { type, under, projectId: PROJECT, peerId, isSameAttempt: canResume, freshDigest: tokenOf(peerId) };
    case "confirm":
      return { type, under, peerId };
    case "resume":
      return { type, under, projectId: PROJECT, peerId, digest: tokenOf(peerId), freshDigest: tokenOf(peerId) };
    case "disconnect":
      // Some windows are over at once.
      return { type, under, peerId, windowMs: canResume ? 30_000 : -10_000 };
    case "leave":
      return { type, under, peerId, reason: canResume ? "left" : "expired" };
    case "kick":
      return { type, peerId };
    case "expire":
      return { type, graceMs: 3_000 };
    case "claim":
      return { type, seen: under, by: canResume ? HERE : THERE, windowMs: 30_000 };
    case "release":
      return { type, under, windowMs: 30_000 };
    case "orphan":
      return { type, windowMs: 30_000 };
    case "end":
      return { type, reason: "idle" };
  }
}

const shown = ({ seats, ended }: RoomRecord): Replayed => ({
  seats: Object.fromEntries([...seats].map(([peerId, { status }]) => [peerId, status])),
  tracks: [],
  ended,
});

test("On any walk the facts, replayed, give the room; its counts are right, and its claim only grows.", () => {
  fc.assert(
    fc.property(moves, (path) => {
      let room = roomOf([], { home: null, maxParticipants: 5 });
      const facts: RoomFact[] = [];
      for (const [index, move] of [
        ...path,
        { type: "end", who: 0, canResume: true, isLate: false } as const,
      ].entries()) {
        const event = eventOf(move, room, index);
        const step = stepSeats(room, event);
        if (step.outcome !== "done") continue;
        expect(step.room.homeEpoch).toBeGreaterThanOrEqual(room.homeEpoch);
        room = step.room;
        facts.push(...step.facts);
        const seats = [...room.seats.values()];
        if (event.type === "join" && event.duplicateIdentity === "replace") {
          const isSame = ({ participant }: Seat) => participant.identity === event.participant?.identity;
          expect(seats.filter(isSame).map(({ peerId }) => peerId)).toEqual([event.peerId]);
        }
        expect(room.held).toBe(seats.length);
        expect(room.held).toBeLessThanOrEqual(5);
        expect(room.connected).toBe(seats.filter(({ status }) => status === "connected").length);
        expect(seats.every(({ status, windowMs }) => (status === "connected") === (windowMs === null))).toBe(true);
        expect(replay(facts)).toEqual(shown(room));
      }
      const count = (type: RoomFact["type"]) => facts.filter((fact) => fact.type === type).length;
      expect(count("room.participant_left")).toBe(count("room.participant_joined"));
      expect(count("room.ended")).toBe(1);
    }),
    RUNS,
  );
});
