import type { Epoch } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import {
  ALICE,
  BOB,
  CAROL,
  DAVE,
  describeControl,
  describeFact,
  describeRecord,
  digestOf,
  EPOCH,
  HERE,
  lost,
  OTHER_PROJECT,
  PROJECT,
  plain,
  roomOf,
  seat,
  THERE,
} from "../testing/room-records.ts";
import type { SeatEvent } from "./event.ts";
import { CONFIRM_MS, type RoomRecord } from "./record.ts";
import { stepSeats } from "./step.ts";

const TRACK = { peerId: ALICE, producerId: "mic", kind: "audio" } as const;

const STATES = {
  empty: roomOf([], { home: null }),
  "at home": roomOf([seat(ALICE), plain(BOB)], { tracks: [TRACK] }),
  "Alice lost": roomOf([lost(ALICE), seat(BOB)]),
  "Alice overdue": roomOf([lost(ALICE, -5_000)], { home: null }),
  full: roomOf([seat(ALICE), seat(BOB), lost(CAROL)]),
  "full, Alice just in": roomOf([seat(ALICE, { unconfirmedMs: CONFIRM_MS - 1 }), seat(BOB)], { maxParticipants: 2 }),
  "full, Alice silent": roomOf([seat(ALICE, { unconfirmedMs: CONFIRM_MS }), seat(BOB)], { maxParticipants: 2 }),
  "full, Alice's answer lost": roomOf([{ ...lost(ALICE), unconfirmedMs: 0 }, seat(BOB)], { maxParticipants: 2 }),
  ended: roomOf([], { ended: "terminated" }),
} as const satisfies Record<string, RoomRecord>;

const EVENTS: { readonly [Type in SeatEvent["type"]]: Extract<SeatEvent, { type: Type }> } = {
  join: {
    type: "join",
    under: EPOCH,
    projectId: PROJECT,
    peerId: CAROL,
    participant: { identity: "c", name: "Carol", canPublish: true, canSubscribe: true },
    duplicateIdentity: "allow",
    resumeDigest: digestOf("new"),
  },
  rejoin: {
    type: "rejoin",
    under: EPOCH,
    projectId: PROJECT,
    peerId: ALICE,
    isSameAttempt: true,
    freshDigest: digestOf("fresher"),
  },
  confirm: { type: "confirm", under: EPOCH, peerId: ALICE },
  resume: {
    type: "resume",
    under: EPOCH,
    projectId: PROJECT,
    peerId: ALICE,
    digest: digestOf(`${ALICE} fresh`),
    freshDigest: digestOf("fresher"),
  },
  disconnect: { type: "disconnect", under: EPOCH, peerId: ALICE, windowMs: 30_000 },
  leave: { type: "leave", under: EPOCH, peerId: ALICE, reason: "left" },
  kick: { type: "kick", peerId: ALICE },
  expire: { type: "expire", graceMs: 3_000 },
  claim: { type: "claim", seen: EPOCH, by: THERE, windowMs: 30_000 },
  release: { type: "release", under: EPOCH, windowMs: 30_000 },
  orphan: { type: "orphan", windowMs: 30_000 },
  end: { type: "end", reason: "terminated" },
};

const SAME = "–";
const GONE = "participant_not_found";

/** What each event makes of each state: the next state, the facts, and what is announced to the nodes. */
const EXPECTED: Record<keyof typeof STATES, Record<SeatEvent["type"], string>> = {
  empty: {
    join: "C+? nowhere#4 | joined C",
    rejoin: "invalid_token",
    confirm: SAME,
    resume: "invalid_reconnect",
    disconnect: SAME,
    leave: SAME,
    kick: GONE,
    expire: SAME,
    claim: "there#5 | !home_claimed",
    release: "nowhere#4",
    orphan: SAME,
    end: "nowhere#4 terminated | ended terminated | !room_ended",
  },
  "at home": {
    join: "A+ B+ C+? here#4 | joined C",
    rejoin: "A+? B+ here#4",
    confirm: SAME,
    resume: "A+ B+ here#4",
    disconnect: "A~ B+ here#4 | disconnected A",
    leave: "B+ here#4 | left A left",
    kick: "B+ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~ there#5 | unpublished A mic node_lost | left B node_lost | disconnected A | !home_claimed",
    release: "A~ nowhere#4 | unpublished A mic migrated | left B disconnected | disconnected A",
    orphan: "A~ nowhere#5 | unpublished A mic node_lost | left B node_lost | disconnected A",
    end: "here#4 terminated | unpublished A mic left | left A terminated | left B terminated | ended terminated | !room_ended",
  },
  "Alice lost": {
    join: "A~ B+ C+? here#4 | joined C",
    rejoin: "A+? B+ here#4 | resumed A",
    confirm: SAME,
    resume: "A+ B+ here#4 | resumed A",
    disconnect: SAME,
    leave: "B+ here#4 | left A left",
    kick: "B+ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~ B~ there#5 | disconnected B | !home_claimed",
    release: "A~ B~ nowhere#4 | disconnected B",
    orphan: "A~ B~ nowhere#5 | disconnected B",
    end: "here#4 terminated | left A terminated | left B terminated | ended terminated | !room_ended",
  },
  "Alice overdue": {
    join: "A~ C+? nowhere#4 | joined C",
    rejoin: "invalid_token",
    confirm: SAME,
    resume: "invalid_reconnect",
    disconnect: SAME,
    leave: "nowhere#4 | left A left",
    kick: "nowhere#4 | left A kicked | !participant_kicked",
    expire: "nowhere#4 | left A expired",
    claim: "A~ there#5 | !home_claimed",
    release: "A~ nowhere#4",
    orphan: SAME,
    end: "nowhere#4 terminated | left A terminated | ended terminated | !room_ended",
  },
  full: {
    join: "room_full",
    rejoin: "A+? B+ C~ here#4",
    confirm: SAME,
    resume: "A+ B+ C~ here#4",
    disconnect: "A~ B+ C~ here#4 | disconnected A",
    leave: "B+ C~ here#4 | left A left",
    kick: "B+ C~ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~ B~ C~ there#5 | disconnected A | disconnected B | !home_claimed",
    release: "A~ B~ C~ nowhere#4 | disconnected A | disconnected B",
    orphan: "A~ B~ C~ nowhere#5 | disconnected A | disconnected B",
    end: "here#4 terminated | left A terminated | left B terminated | left C terminated | ended terminated | !room_ended",
  },
  "full, Alice just in": {
    join: "room_full",
    rejoin: "A+? B+ here#4",
    confirm: "A+ B+ here#4",
    resume: "A+ B+ here#4",
    disconnect: "A~? B+ here#4 | disconnected A",
    leave: "B+ here#4 | left A left",
    kick: "B+ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~? B~ there#5 | disconnected A | disconnected B | !home_claimed",
    release: "A~? B~ nowhere#4 | disconnected A | disconnected B",
    orphan: "A~? B~ nowhere#5 | disconnected A | disconnected B",
    end: "here#4 terminated | left A terminated | left B terminated | ended terminated | !room_ended",
  },
  "full, Alice silent": {
    join: "B+ C+? here#4 | left A expired | joined C",
    rejoin: "A+? B+ here#4",
    confirm: "A+ B+ here#4",
    resume: "A+ B+ here#4",
    disconnect: "A~? B+ here#4 | disconnected A",
    leave: "B+ here#4 | left A left",
    kick: "B+ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~? B~ there#5 | disconnected A | disconnected B | !home_claimed",
    release: "A~? B~ nowhere#4 | disconnected A | disconnected B",
    orphan: "A~? B~ nowhere#5 | disconnected A | disconnected B",
    end: "here#4 terminated | left A terminated | left B terminated | ended terminated | !room_ended",
  },
  "full, Alice's answer lost": {
    join: "B+ C+? here#4 | left A expired | joined C",
    rejoin: "A+? B+ here#4 | resumed A",
    confirm: "A~ B+ here#4",
    resume: "A+ B+ here#4 | resumed A",
    disconnect: SAME,
    leave: "B+ here#4 | left A left",
    kick: "B+ here#4 | left A kicked | !participant_kicked",
    expire: SAME,
    claim: "A~? B~ there#5 | disconnected B | !home_claimed",
    release: "A~? B~ nowhere#4 | disconnected B",
    orphan: "A~? B~ nowhere#5 | disconnected B",
    end: "here#4 terminated | left A terminated | left B terminated | ended terminated | !room_ended",
  },
  ended: {
    join: "room_terminated",
    rejoin: "room_terminated",
    confirm: SAME,
    resume: "room_terminated",
    disconnect: SAME,
    leave: SAME,
    kick: GONE,
    expire: SAME,
    claim: SAME,
    release: "nowhere#4 terminated",
    orphan: "nowhere#5 terminated",
    end: SAME,
  },
};

function describeStep(room: RoomRecord, event: SeatEvent): string {
  const step = stepSeats(room, event);
  switch (step.outcome) {
    case "done":
      return [describeRecord(step.room), ...step.facts.map(describeFact), ...step.notify.map(describeControl)].join(
        " | ",
      );
    case "unchanged":
      return SAME;
    case "fenced":
      return "fenced";
    case "refused":
      return step.code;
  }
}

describe.each(Object.entries(EXPECTED))("A room that is %s:", (state, row) => {
  test.each(Object.entries(row))("%s → %s", (event, expected) => {
    expect(describeStep(STATES[state as keyof typeof STATES], EVENTS[event as SeatEvent["type"]])).toBe(expected);
  });
});

describe("Under an earlier claim", () => {
  const earlier = 3 as Epoch;
  test.each(Object.values(EVENTS).filter((event) => "under" in event))("$type is refused", (event) => {
    for (const room of Object.values(STATES)) expect(describeStep(room, { ...event, under: earlier })).toBe("fenced");
  });

  test("a room is not claimed", () => {
    expect(describeStep(STATES["at home"], { ...EVENTS.claim, seen: earlier })).toBe(SAME);
  });
});

describe("A join is refused", () => {
  test("without a token, in another project, before it counts in a full room", () => {
    expect(describeStep(STATES["at home"], { ...EVENTS.join, participant: undefined })).toBe("invalid_token");
    expect(describeStep(STATES.full, { ...EVENTS.join, participant: undefined })).toBe("room_full");
    expect(describeStep(STATES.full, { ...EVENTS.join, projectId: OTHER_PROJECT })).toBe("invalid_token");
  });

  test("never, where there is no limit", () => {
    const open = { ...STATES.full, maxParticipants: null, seats: new Map(), held: 9_999 };
    expect(describeStep(open, EVENTS.join)).toBe("C+? here#4 | joined C");
  });
});

describe("A peer resumes", () => {
  test.each(["current", "fresh"])("by its %s token; a fresh one then takes its place", (which) => {
    const digest = digestOf(`${ALICE} ${which}`);
    const step = stepSeats(STATES["Alice lost"], { ...EVENTS.resume, digest });
    const resumed = step.outcome === "done" ? step.room.seats.get(ALICE) : undefined;
    expect(resumed).toMatchObject({ windowMs: null, resume: { current: digest, fresh: digestOf("fresher") } });
  });

  test.each([
    ["the token of another peer", { digest: digestOf(`${BOB} current`) }],
    ["an earlier token", { digest: digestOf("") }],
    ["the key of another project", { projectId: OTHER_PROJECT }],
  ])("not by %s", (_what, more) => {
    expect(describeStep(STATES["Alice lost"], { ...EVENTS.resume, ...more })).toBe("invalid_reconnect");
  });

  test("not without a token of its own", () => {
    const room = roomOf([plain(ALICE)], { home: HERE });
    expect(describeStep(room, EVENTS.resume)).toBe("invalid_reconnect");
  });
});

test("a peer that is back has not expired", () => {
  expect(describeStep(STATES["at home"], { ...EVENTS.leave, reason: "expired" })).toBe(SAME);
  expect(describeStep(STATES["Alice lost"], { ...EVENTS.leave, reason: "expired" })).toBe("B+ here#4 | left A expired");
});

test("without the attempt that it was first used for, a token is used again only by who lost the answer", () => {
  const event = { ...EVENTS.rejoin, isSameAttempt: false };
  for (const name of ["at home", "Alice lost", "full, Alice just in", "full, Alice silent"] as const) {
    expect(describeStep(STATES[name], event)).toBe("invalid_token");
  }
  expect(describeStep(STATES["full, Alice's answer lost"], event)).toBe("A+? B+ here#4 | resumed A");
});

describe("A join with an identity that is there", () => {
  const as = (identity: string) => ({ participant: { identity, canPublish: true, canSubscribe: true } });
  const replacing = { ...EVENTS.join, duplicateIdentity: "replace" } as const;
  const twice = roomOf([seat(ALICE, as("c")), { ...lost(BOB), ...as("c") }, seat(DAVE, as("d"))]);

  test("joins beside it, unless its token says otherwise", () => {
    expect(describeStep({ ...twice, maxParticipants: 4 }, EVENTS.join)).toBe("A+ B~ D+ C+? here#4 | joined C");
  });

  test("replaces all that have it, also in a full room, and only those", () => {
    expect(describeStep(twice, replacing)).toBe("D+ C+? here#4 | left A superseded | left B superseded | joined C");
  });

  test("takes the place of nobody who merely has not answered, when its own is enough", () => {
    const silent = roomOf([seat(ALICE, as("c")), seat(BOB, { unconfirmedMs: CONFIRM_MS })], { maxParticipants: 2 });
    expect(describeStep(silent, replacing)).toBe("B+? C+? here#4 | left A superseded | joined C");
  });

  test("replaces nobody without an identity, and nobody when it is refused", () => {
    const participant = { canPublish: true, canSubscribe: true };
    const anonymous = roomOf([seat(ALICE)]);
    expect(describeStep(anonymous, { ...replacing, participant })).toBe("A+ C+? here#4 | joined C");
    expect(describeStep(twice, { ...replacing, projectId: OTHER_PROJECT })).toBe("invalid_token");
  });
});
