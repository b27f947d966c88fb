import type { ErrorCode, RoomFeature } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { emptyRoom, others, type Peer, type Room, type RoomEvent, refusesToPublish, type Step, step } from "./room.ts";
import {
  ALICE,
  ALL,
  audio,
  BOB,
  brokenRules,
  CAROL,
  channel,
  describeNotification,
  describeRoom,
  frozen,
  lost,
  NONE,
  PLAIN,
  peer,
  roomOf,
  STRANGER,
} from "./testing/room-states.ts";

const SENDING = {
  producers: [audio("a"), audio("v", { kind: "video", paused: true })],
  dataProducers: [channel("d"), channel("e", BOB)],
  announcement: { publicKey: "cHVi", keyId: 1 },
};

const STATES = {
  empty: roomOf([]),
  "Alice alone": roomOf([peer(ALICE)]),
  "Alice lost, alone": roomOf([lost(ALICE)]),
  "with Bob": roomOf([peer(ALICE), peer(BOB)]),
  "with Bob lost": roomOf([peer(ALICE), lost(BOB)]),
  "with Plain": roomOf([peer(ALICE), peer(PLAIN)]),
  "Alice lost, with Bob and Plain": roomOf([lost(ALICE), peer(BOB), peer(PLAIN)]),
  "Alice sends, alone": roomOf([peer(ALICE, SENDING)]),
  "Alice sends to all kinds": roomOf([peer(ALICE, SENDING), peer(BOB), peer(PLAIN), lost(CAROL)]),
  "Alice sends, lost": roomOf([lost(ALICE, SENDING), peer(BOB), peer(CAROL), peer(PLAIN)]),
  "Bob sends": roomOf([peer(ALICE), peer(BOB, { producers: [audio("a")], dataProducers: [channel("d", ALICE)] })]),
} satisfies Record<string, Room>;

type RoomEventName = RoomEvent["type"];

/** What happens to Alice, or, for `join`, to a stranger. */
const EVENTS = {
  join: { type: "join", peerId: STRANGER, participant: { canPublish: true, canSubscribe: true }, features: ALL },
  disconnect: { type: "disconnect", peerId: ALICE },
  resume: { type: "resume", peerId: ALICE, features: ALL },
  "set-levels": { type: "set-levels", peerId: ALICE, isWanted: true },
  leave: { type: "leave", peerId: ALICE, reason: "left" },
  produce: { type: "produce", peerId: ALICE, producer: audio("n") },
  pause: { type: "pause", peerId: ALICE, producerId: "a" },
  unpause: { type: "unpause", peerId: ALICE, producerId: "v" },
  unproduce: { type: "unproduce", peerId: ALICE, producerId: "a" },
  "produce-data": { type: "produce-data", peerId: ALICE, dataProducer: channel("n") },
  "unproduce-data": { type: "unproduce-data", peerId: ALICE, dataProducerId: "d" },
  migrate: { type: "migrate", peerId: ALICE },
  announce: { type: "announce", peerId: ALICE, publicKey: "cHVi", keyId: 2 },
} satisfies { [N in RoomEventName]: RoomEvent & { readonly type: N } };

/** Nothing changes, and nobody hears anything. */
const NOTHING = "nothing";

// `A+(a v~)`: Alice connected, with a producer and a paused one. Behind each bar: who hears what.
const TABLE: Record<keyof typeof STATES, Record<RoomEventName, string>> = {
  empty: {
    join: "S+",
    disconnect: NOTHING,
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: NOTHING,
    produce: NOTHING,
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": NOTHING,
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: NOTHING,
  },
  "Alice alone": {
    join: "A+ S+ | A: peer-joined S",
    disconnect: "A~",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "empty",
    produce: "A+(n)",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A+(n)",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A+(key2)",
  },
  "Alice lost, alone": {
    join: "A~ S+",
    disconnect: NOTHING,
    resume: "A+",
    "set-levels": NOTHING,
    leave: "empty",
    produce: "A~(n)",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A~(n)",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A~(key2)",
  },
  "with Bob": {
    join: "A+ B+ S+ | AB: peer-joined S",
    disconnect: "A~ B+ | B: peer-disconnected A",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "B+ | B: peer-left A left",
    produce: "A+(n) B+ | B: new-producer A n",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A+(n) B+ | B: new-data-producer A n",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A+(key2) B+ | B: e2ee-peer-announced A 2",
  },
  "with Bob lost": {
    join: "A+ B~ S+ | A: peer-joined S",
    disconnect: "A~ B~",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "B~",
    produce: "A+(n) B~",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A+(n) B~",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A+(key2) B~",
  },
  "with Plain": {
    join: "A+ P+ S+ | A: peer-joined S",
    disconnect: "A~ P+",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "P+ | P: peer-left A left",
    produce: "A+(n) P+ | P: new-producer A n",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A+(n) P+",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A+(key2) P+ | P: e2ee-peer-announced A 2",
  },
  "Alice lost, with Bob and Plain": {
    join: "A~ B+ P+ S+ | B: peer-joined S",
    disconnect: NOTHING,
    resume: "A+ B+ P+ | B: peer-resumed A",
    "set-levels": NOTHING,
    leave: "B+ P+ | BP: peer-left A left",
    produce: "A~(n) B+ P+ | BP: new-producer A n",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A~(n) B+ P+ | B: new-data-producer A n",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A~(key2) B+ P+ | BP: e2ee-peer-announced A 2",
  },
  "Alice sends, alone": {
    join: "A+(a v~ d e>B key1) S+ | A: peer-joined S",
    disconnect: "A~(a v~ d e>B key1)",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "empty",
    produce: "A+(a v~ n d e>B key1)",
    pause: "A+(a~ v~ d e>B key1)",
    unpause: "A+(a v d e>B key1)",
    unproduce: "A+(v~ d e>B key1)",
    "produce-data": "A+(a v~ d e>B n key1)",
    "unproduce-data": "A+(a v~ e>B key1)",
    migrate: "A+(key1)",
    announce: "A+(a v~ d e>B key2)",
  },
  "Alice sends to all kinds": {
    join: "A+(a v~ d e>B key1) B+ P+ C~ S+ | AB: peer-joined S",
    disconnect: "A~(a v~ d e>B key1) B+ P+ C~ | B: peer-disconnected A",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "B+ P+ C~ | BP: peer-left A left",
    produce: "A+(a v~ n d e>B key1) B+ P+ C~ | BP: new-producer A n",
    pause: "A+(a~ v~ d e>B key1) B+ P+ C~ | B: producer-paused A a",
    unpause: "A+(a v d e>B key1) B+ P+ C~ | B: producer-resumed A v",
    unproduce: "A+(v~ d e>B key1) B+ P+ C~ | B: producer-closed A a",
    "produce-data": "A+(a v~ d e>B n key1) B+ P+ C~ | B: new-data-producer A n",
    "unproduce-data": "A+(a v~ e>B key1) B+ P+ C~ | B: data-producer-closed A d",
    migrate:
      "A+(key1) B+ P+ C~ | B: producer-closed A a | B: producer-closed A v | B: data-producer-closed A d" +
      " | B: data-producer-closed A e",
    announce: "A+(a v~ d e>B key2) B+ P+ C~ | BP: e2ee-peer-announced A 2",
  },
  "Alice sends, lost": {
    join: "A~(a v~ d e>B key1) B+ C+ P+ S+ | BC: peer-joined S",
    disconnect: NOTHING,
    resume: "A+(a v~ d e>B key1) B+ C+ P+ | BC: peer-resumed A",
    "set-levels": NOTHING,
    leave: "B+ C+ P+ | BCP: peer-left A left",
    produce: "A~(a v~ n d e>B key1) B+ C+ P+ | BCP: new-producer A n",
    pause: "A~(a~ v~ d e>B key1) B+ C+ P+ | BC: producer-paused A a",
    unpause: "A~(a v d e>B key1) B+ C+ P+ | BC: producer-resumed A v",
    unproduce: "A~(v~ d e>B key1) B+ C+ P+ | BC: producer-closed A a",
    "produce-data": "A~(a v~ d e>B n key1) B+ C+ P+ | BC: new-data-producer A n",
    "unproduce-data": "A~(a v~ e>B key1) B+ C+ P+ | BC: data-producer-closed A d",
    migrate:
      "A~(key1) B+ C+ P+ | BC: producer-closed A a | BC: producer-closed A v | BC: data-producer-closed A d" +
      " | B: data-producer-closed A e",
    announce: "A~(a v~ d e>B key2) B+ C+ P+ | BCP: e2ee-peer-announced A 2",
  },
  "Bob sends": {
    join: "A+ B+(a d>A) S+ | AB: peer-joined S",
    disconnect: "A~ B+(a d>A) | B: peer-disconnected A",
    resume: NOTHING,
    "set-levels": NOTHING,
    leave: "B+(a d>A) | B: peer-left A left",
    produce: "A+(n) B+(a d>A) | B: new-producer A n",
    pause: NOTHING,
    unpause: NOTHING,
    unproduce: NOTHING,
    "produce-data": "A+(n) B+(a d>A) | B: new-data-producer A n",
    "unproduce-data": NOTHING,
    migrate: NOTHING,
    announce: "A+(key2) B+(a d>A) | B: e2ee-peer-announced A 2",
  },
};

const stateNames = Object.keys(STATES) as (keyof typeof STATES)[];
const eventNames = Object.keys(EVENTS) as RoomEventName[];

function describeStep(before: Room, { room, notify }: Step): string {
  if (describeRoom(room) === describeRoom(before) && notify.length === 0) return NOTHING;
  return [describeRoom(room), ...notify.map(describeNotification)].join(" | ");
}

describe.each(stateNames)("%s", (name) => {
  const room = frozen(STATES[name]);

  test("is valid before any event", () => {
    expect(brokenRules(room)).toEqual([]);
  });

  test.each(eventNames.map((event) => [event, TABLE[name][event]] as const))("%s → %s", (event, expected) => {
    const done = step(room, EVENTS[event]);
    expect(describeStep(room, done)).toBe(expected);
    expect(brokenRules(done.room)).toEqual([]);
    if (expected === NOTHING) expect(done.room).toEqual(room);
    // Nobody else is touched.
    for (const [peerId, earlier] of room.peers) if (peerId !== ALICE) expect(done.room.peers.get(peerId)).toBe(earlier);
  });

  test.each(eventNames.filter((event) => event !== "join"))("%s of a stranger changes nothing", (event) => {
    const done = step(room, { ...EVENTS[event], peerId: STRANGER } as RoomEvent);
    expect(done.room).toBe(room);
    expect(done.notify).toEqual([]);
  });
});

describe("A step notifies", () => {
  const tells = (room: Room, event: RoomEvent) => step(room, event).notify.map(({ message }) => message);

  test("of a newcomer as its backend presents it, without its permissions", () => {
    const participant = { identity: "c", name: "Carol", metadata: { x: [1] }, canPublish: false, canSubscribe: true };
    expect(tells(STATES["with Bob"], { ...EVENTS.join, participant })).toEqual([
      { type: "peer-joined", peerId: STRANGER, identity: "c", name: "Carol", metadata: { x: [1] } },
    ]);
  });

  test("of a producer with all its properties", () => {
    const producer = audio("n", { kind: "video", source: "screen", paused: true });
    expect(tells(STATES["with Bob"], { ...EVENTS.produce, producer })).toEqual([
      { type: "new-producer", peerId: ALICE, ...producer },
    ]);
  });

  test("only the target of a targeted channel, without naming the target", () => {
    const { notify } = step(STATES["Alice sends, lost"], {
      ...EVENTS["produce-data"],
      dataProducer: channel("n", BOB),
    });
    expect(notify).toEqual([
      {
        to: [BOB],
        message: { type: "new-data-producer", peerId: ALICE, dataProducerId: "n", label: "chat", protocol: "" },
      },
    ]);
  });

  test("nobody of a channel whose target cannot be notified", () => {
    for (const target of [PLAIN, STRANGER]) {
      expect(tells(STATES["with Plain"], { ...EVENTS["produce-data"], dataProducer: channel("n", target) })).toEqual(
        [],
      );
    }
  });

  test("of a key as it was announced", () => {
    expect(tells(STATES["with Bob"], { ...EVENTS.announce, keyId: "k" })).toEqual([
      { type: "e2ee-peer-announced", fromPeerId: ALICE, publicKey: "cHVi", keyId: "k" },
    ]);
  });

  test.each(["left", "disconnected", "expired", "kicked"] as const)("why a peer has left: %s", (reason) => {
    expect(tells(STATES["with Bob"], { ...EVENTS.leave, reason })).toEqual([
      { type: "peer-left", peerId: ALICE, reason },
    ]);
  });
});

test("a peer that resumes gets the features that it asks for this time", () => {
  const bobSends: RoomEvent = { type: "pause", peerId: BOB, producerId: "a" };
  const plainer = step(STATES["Bob sends"], { ...EVENTS.resume, features: NONE }).room;
  expect(step(plainer, bobSends).notify).toEqual([]);
  const fuller = step(plainer, { ...EVENTS.resume, features: new Set<RoomFeature>(["media"]) }).room;
  expect(step(fuller, bobSends).notify.map(describeNotification)).toEqual(["A: producer-paused B a"]);
});

test("who listens to the levels changes with each peer's own wish, and nobody is notified", () => {
  const room = STATES["Alice sends to all kinds"];
  const less = step(room, { ...EVENTS["set-levels"], isWanted: false });
  expect(less.notify).toEqual([]);
  expect(others(less.room, BOB, "levels")).toEqual([]);
  expect(others(less.room, BOB, "media")).toEqual([ALICE]);
  const plain = step(less.room, { ...EVENTS["set-levels"], peerId: PLAIN });
  expect(others(plain.room, BOB, "levels")).toEqual([PLAIN]);
});

test("pausing what is paused, and resuming what is not, notifies nobody", () => {
  for (const event of [
    { ...EVENTS.pause, producerId: "v" },
    { ...EVENTS.unpause, producerId: "a" },
    { ...EVENTS.pause, producerId: "d" },
  ]) {
    expect(describeStep(STATES["Alice sends to all kinds"], step(STATES["Alice sends to all kinds"], event))).toBe(
      NOTHING,
    );
  }
});

test("others are the connected peers, in the order in which they joined", () => {
  const room = STATES["Alice sends to all kinds"];
  expect(others(room, ALICE)).toEqual([BOB, PLAIN]);
  expect(others(room, BOB, "levels")).toEqual([ALICE]);
  expect(others(room, STRANGER)).toEqual([ALICE, BOB, PLAIN]);
  expect(others(emptyRoom(room.roomId, "required"), ALICE)).toEqual([]);
});

test.each<[string, "optional" | "required", Partial<Peer>, ErrorCode | undefined]>([
  ["anybody", "optional", {}, undefined],
  ["who has announced a key", "required", { announcement: { publicKey: "cHVi", keyId: 0 } }, undefined],
  ["who has announced none", "required", {}, "e2ee_required"],
  ["who may not", "optional", { participant: { canPublish: false, canSubscribe: true } }, "not_allowed"],
  [
    "who may not and has announced none",
    "required",
    { participant: { canPublish: false, canSubscribe: true } },
    "not_allowed",
  ],
])("publishing of %s with end-to-end keys %s", (_who, e2ee, more, refusal) => {
  const alice = peer(ALICE, more);
  expect(refusesToPublish(roomOf([alice], e2ee), alice)).toBe(refusal);
});
