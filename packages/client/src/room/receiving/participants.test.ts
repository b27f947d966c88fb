import type { ProducerInfo } from "@radist-tech/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import { SessionModel, settled, stubStreams } from "../media.fixture.ts";
import type { RoomRosterEvent, RosterPeer } from "../roster.ts";
import { Participants } from "./participants.ts";
import type { ReceivingSession } from "./remote-track.ts";

const MIGRATION_MS = 5_000;

const peer = (peerId: string): RosterPeer => ({
  peerId,
  name: peerId.toUpperCase(),
  isConnected: true,
  producers: new Map(),
  dataProducers: new Map(),
});
const joined = (peerId: string): RoomRosterEvent => ({ type: "joined", peer: peer(peerId) });
const published = (peerId: string, producerId: string, fields: object = {}): RoomRosterEvent => ({
  type: "published",
  peerId,
  producer: { producerId, kind: "video", source: "camera", ...fields } as ProducerInfo,
});
const unpublished = (peerId: string, producerId: string): RoomRosterEvent => ({
  type: "unpublished",
  peerId,
  producerId,
});

function room({ wants = () => true }: { wants?: () => boolean } = {}) {
  const latch = new Latch<ReceivingSession>();
  const session = new SessionModel("c");
  const log: string[] = [];
  const failures: unknown[] = [];
  const participants = new Participants({
    latch,
    wants,
    handlers: {
      joined: ({ peerId }) => log.push(`joined ${peerId}`),
      left: ({ peerId }, reason) => log.push(`left ${peerId} ${reason}`),
      changed: ({ participant, change, track }) =>
        log.push(`changed ${[participant.peerId, change, track?.source].filter(Boolean).join(" ")}`),
      available: ({ peerId, source }) => log.push(`available ${peerId} ${source}`),
      removed: ({ peerId, source }) => log.push(`removed ${peerId} ${source}`),
      failed: (error) => failures.push(error),
    },
  });
  const apply = (...events: RoomRosterEvent[]) => participants.apply(events, false);
  const migrate = (...events: RoomRosterEvent[]) => participants.apply(events, true);
  return { latch, session, log, failures, participants, apply, migrate };
}

beforeEach(() => {
  stubStreams();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a participant", () => {
  test("is the same object until it leaves, together with its tracks", async () => {
    const { latch, session, log, participants, apply } = room();
    latch.open(session);
    apply(joined("bob"), published("bob", "cam"));
    await settled();
    const bob = participants.present.get("bob");
    expect(bob).toMatchObject({ peerId: "bob", name: "BOB", isConnected: true });
    apply({ type: "connection", peerId: "bob", isConnected: false });
    expect(participants.present.get("bob")).toBe(bob);
    expect(bob?.isConnected).toBe(false);
    apply({ type: "left", peerId: "bob", reason: "kicked" });
    expect(log).toEqual([
      "joined bob",
      "available bob camera",
      "changed bob connection",
      "removed bob camera",
      "left bob kicked",
    ]);
    expect([participants.present.size, session.last.closed]).toEqual([0, true]);
  });

  test("that is unknown changes nothing", () => {
    const { log, apply } = room();
    apply(published("eve", "cam"), { type: "left", peerId: "eve", reason: "left" });
    expect(log).toEqual([]);
  });
});

describe("a track", () => {
  test("is received as soon as there is a session, videos paused", async () => {
    const { latch, session, log, participants, apply } = room();
    apply(joined("bob"), published("bob", "mic", { kind: "audio", source: "microphone" }), published("bob", "cam"));
    await settled();
    expect(log).toEqual(["joined bob"]);
    latch.open(session);
    await settled();
    expect(session.log).toEqual(["consume mic for bob", "consume cam for bob, paused"]);
    expect(participants.ofProducer("cam")?.consumerId).toBe("c2");
    expect(participants.ofConsumer("c2")?.stream.getTracks()).toEqual([session.last.track]);
  });

  test("of a screen is synchronised with the screen's sound alone", async () => {
    const { latch, session, apply } = room();
    latch.open(session);
    apply(
      joined("bob"),
      published("bob", "scr", { source: "screen" }),
      published("bob", "snd", { kind: "audio", source: "screen-audio" }),
    );
    await settled();
    expect(session.log).toEqual(["consume scr for bob-screen, paused", "consume snd for bob-screen"]);
  });

  test.each([
    ["by its source", { source: "screen" }, ["camera", "screen"]],
    ["by its kind, if it has no source", { source: undefined, kind: "audio" }, ["camera", "microphone"]],
    ["with a number when the source is taken", {}, ["camera", "camera-2"]],
  ])("is named %s", (_, fields, names) => {
    const { participants, apply } = room();
    apply(joined("bob"), published("bob", "cam"), published("bob", "other", fields));
    expect([...(participants.present.get("bob")?.tracks.keys() ?? [])]).toEqual(names);
  });

  test("of a kind that is not wanted is ignored", async () => {
    const { latch, session, participants, apply } = room({ wants: () => false });
    latch.open(session);
    apply(joined("bob"), published("bob", "cam"), { type: "mute", peerId: "bob", producerId: "cam", isMuted: true });
    await settled();
    expect([session.log, [...participants.tracks()]]).toEqual([[], []]);
  });

  test("is muted and unmuted", () => {
    const { log, participants, apply } = room();
    apply(joined("bob"), published("bob", "cam"), { type: "mute", peerId: "bob", producerId: "cam", isMuted: true });
    expect([participants.ofProducer("cam")?.isMuted, log.at(-1)]).toEqual([true, "changed bob mute camera"]);
  });

  test("that is unpublished is removed at once", async () => {
    const { latch, session, log, apply } = room();
    latch.open(session);
    apply(joined("bob"), published("bob", "cam"));
    await settled();
    apply(unpublished("bob", "cam"));
    expect([log.at(-1), session.last.closed]).toEqual(["removed bob camera", true]);
  });

  test("that is published again by another producer keeps its stream", async () => {
    const { latch, session, log, participants, apply } = room();
    latch.open(session);
    apply(joined("bob"), published("bob", "cam"));
    await settled();
    const track = participants.ofProducer("cam");
    const [first] = session.objects;
    apply(unpublished("bob", "cam"), published("bob", "cam2", { paused: true }));
    await settled();
    expect(participants.ofProducer("cam2")).toBe(track);
    expect(track?.stream.getTracks()).toEqual([session.last.track]);
    expect(first?.closed).toBe(true);
    expect(log).toEqual(["joined bob", "available bob camera", "changed bob mute camera", "available bob camera"]);
  });

  test("whose subscription fails is reported, unless it was unpublished in the meantime", async () => {
    const { latch, session, failures, apply } = room();
    const refusal = new RadistError("cannot_consume");
    session.beforeCreate = () => Promise.reject(refusal);
    latch.open(session);
    apply(joined("bob"), published("bob", "cam"));
    await settled();
    expect(failures).toEqual([refusal]);
    apply(published("bob", "scr", { source: "screen" }));
    apply(unpublished("bob", "scr"));
    await settled();
    expect(failures).toEqual([refusal]);
  });
});

describe("a migration", () => {
  async function migrating() {
    const own = room();
    own.latch.open(own.session);
    own.apply(joined("bob"), published("bob", "cam"));
    await settled();
    const track = own.participants.ofProducer("cam");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    own.session.close();
    own.migrate(unpublished("bob", "cam"));
    return { ...own, track };
  }

  test("keeps a track until it is published again", async () => {
    const { latch, log, participants, apply, track } = await migrating();
    apply({ type: "connection", peerId: "bob", isConnected: false });
    vi.advanceTimersByTime(MIGRATION_MS - 1);
    const next = new SessionModel("d");
    latch.open(next);
    apply(published("bob", "cam2"));
    await settled();
    vi.advanceTimersByTime(MIGRATION_MS);
    expect(participants.ofProducer("cam2")).toBe(track);
    expect(track?.stream.getTracks()).toEqual([next.last.track]);
    expect(log).not.toContain("removed bob camera");
  });

  test("removes a track that is not published again", async () => {
    const { log, participants } = await migrating();
    vi.advanceTimersByTime(MIGRATION_MS - 1);
    expect([...participants.tracks()]).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect([[...participants.tracks()], log.at(-1)]).toEqual([[], "removed bob camera"]);
  });

  test("ends with the connection", async () => {
    const { log, participants } = await migrating();
    participants.close();
    vi.advanceTimersByTime(MIGRATION_MS);
    expect(log).not.toContain("removed bob camera");
  });
});

test("a new session receives everything again, into the same streams", async () => {
  const { latch, session, participants, apply } = room();
  latch.open(session);
  apply(joined("bob"), published("bob", "cam"));
  await settled();
  const stream = participants.ofProducer("cam")?.stream;
  session.close();
  const next = new SessionModel("d");
  latch.open(next);
  participants.renew();
  await settled();
  expect(next.log).toEqual(["consume cam for bob, paused"]);
  expect(participants.ofProducer("cam")?.stream).toBe(stream);
  expect(stream?.getTracks()).toEqual([next.last.track]);
});

test("a producer that is replaced while it is being subscribed to is not received", async () => {
  const { latch, session, participants, apply } = room();
  const creating = Promise.withResolvers<void>();
  session.beforeCreate = () => creating.promise;
  latch.open(session);
  apply(joined("bob"), published("bob", "cam"));
  await settled();
  apply(unpublished("bob", "cam"), published("bob", "cam2"));
  creating.resolve();
  await settled();
  expect(session.log).toEqual(["consume cam for bob, paused", "drop consumers c1", "consume cam2 for bob, paused"]);
  expect(participants.ofConsumer("c2")?.producerId).toBe("cam2");
});
