import { projects, roomPeers, rooms, roomTokens, usageSessions } from "@radist-tech/db";
import { type DuplicateIdentity, newRoomId, type PeerId, type RoomId } from "@radist-tech/protocol";
import { eq, inArray, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepSeat } from "./disconnect.ts";
import { endIdleRooms, endRoom, endRoomsOfDeletedProjects, endSomeRooms } from "./end.ts";
import { freeOverdueSeats } from "./expire.ts";
import { claimHome, type HomeClaim, releaseHome } from "./homes.ts";
import { kickParticipant } from "./kick.ts";
import { freeSeat } from "./leave.ts";
import { takeFromLostHomes } from "./orphans.ts";
import type { TrackFact } from "./seats/record.ts";
import { Fenced } from "./store/fenced.ts";
import { RoomsDatabase, WINDOW_MS } from "./testing/database.ts";
import { factsOf, viewsOf } from "./testing/views.ts";
import { recordTrackFacts } from "./tracks.ts";

describe.each(["Postgres", "PGlite"] as const)("On %s", (kind) => {
  let database: RoomsDatabase;
  beforeAll(async () => {
    database = await RoomsDatabase.open(kind);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const expectSameViews = async (roomId: RoomId) => {
    const { outbox, tables } = await viewsOf(database.connection, roomId);
    expect(outbox).toEqual(tables);
    return tables;
  };
  const leavesOf = async (roomId: RoomId) => {
    const left = (await factsOf(database.connection, roomId)).filter((fact) => fact.type === "room.participant_left");
    return left.map(({ data }) => [data.peerId, data.reason] as const);
  };
  const sessionsOf = (roomId: RoomId) =>
    database.connection.db.select().from(usageSessions).where(eq(usageSessions.subjectId, roomId));
  const published = (peerId: PeerId, producerId: string): TrackFact => ({
    type: "room.track_published",
    data: { peerId, producerId, kind: "audio" },
  });
  const record = (claim: HomeClaim, ...facts: TrackFact[]) =>
    recordTrackFacts(database.connection, [
      { ...claim, facts: facts.map((fact) => ({ fact, at: performance.now() })) },
    ]);

  test("a peer joins, is lost, resumes and leaves; each is an event, and the tables say the same", async () => {
    const { connection } = database;
    const node = await database.node();
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, node);
    const alice = await database.join(claim, node);
    const { peerId } = alice;
    expect((await expectSameViews(roomId)).seats).toEqual({ [peerId]: "connected" });
    expect((await database.row(roomId)).idleSince).toBeNull();
    await keepSeat(connection, claim, { peerId, windowMs: WINDOW_MS });
    await keepSeat(connection, claim, { peerId, windowMs: WINDOW_MS });
    expect((await expectSameViews(roomId)).seats).toEqual({ [peerId]: "disconnected" });
    expect((await database.row(roomId)).idleSince).not.toBeNull();
    const back = await database.resume(claim, node, alice);
    // Once more with the token before, in case the answer had been lost.
    await database.resume(claim, node, alice);
    await expect(database.resume(claim, node, back)).rejects.toThrow("Invalid or expired resume token.");
    await freeSeat(connection, claim, { peerId, reason: "left", lastHeardAt: performance.now() });
    await freeSeat(connection, claim, { peerId, reason: "left", lastHeardAt: performance.now() });
    await expectSameViews(roomId);
    expect((await factsOf(database.connection, roomId)).map(({ type }) => type.replace("room.", ""))).toEqual([
      "created",
      "participant_joined",
      "participant_disconnected",
      "participant_resumed",
      "participant_left",
    ]);
    expect(await sessionsOf(roomId)).toMatchObject([{ closeReason: "left" }]);
  });

  test("a newcomer that was never told of its seat gives it back, and its token", async () => {
    const node = await database.node();
    const roomId = await database.room({ maxParticipants: 1 });
    const { claim } = await database.claim(roomId, node);
    const tokenHash = await database.token(roomId);
    const { peerId } = await database.join(claim, node, { tokenHash });
    await expect(database.join(claim, node, { tokenHash })).rejects.toMatchObject({ code: "invalid_token" });
    const never = Number.NEGATIVE_INFINITY;
    const withdrawn = { peerId, reason: "withdrawn", lastHeardAt: never, reuse: tokenHash } as const;
    await freeSeat(database.connection, claim, withdrawn);
    await database.join(claim, node, { tokenHash });
    expect(await leavesOf(roomId)).toEqual([[peerId, "withdrawn"]]);
    await expectSameViews(roomId);
  });

  test("a refused join uses no token up and records nothing", async () => {
    const node = await database.node();
    const roomId = await database.room({ maxParticipants: 1 });
    const { claim } = await database.claim(roomId, node);
    await database.join(claim, node);
    const tokenHash = await database.token(roomId);
    await expect(database.join(claim, node, { tokenHash })).rejects.toMatchObject({ code: "room_full" });
    await expect(database.join(claim, node, { tokenHash: new Uint8Array(32) })).rejects.toThrow();
    const [token] = await database.connection.db.select().from(roomTokens).where(eq(roomTokens.hash, tokenHash));
    expect(token?.usedAt).toBeNull();
    expect(Object.keys((await expectSameViews(roomId)).seats)).toHaveLength(1);
  });

  test("a kick frees the seat, voids the identity's tokens, and is announced once", async () => {
    const node = await database.node();
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, node);
    const { peerId } = await database.join(claim, node, { tokenHash: await database.token(roomId, "ann") });
    await database.token(roomId, "ann");
    const kick = () => kickParticipant(database.connection, { projectId: database.projectId, roomId, peerId });
    expect(await kick()).toEqual([{ type: "participant_kicked", roomId, peerId }]);
    await expect(kick()).rejects.toMatchObject({ code: "participant_not_found" });
    await freeSeat(database.connection, claim, { peerId, reason: "kicked", lastHeardAt: performance.now() });
    expect(await leavesOf(roomId)).toEqual([[peerId, "kicked"]]);
    const unused = sql`${eq(roomTokens.roomId, roomId)} and ${isNull(roomTokens.usedAt)}`;
    expect(await database.connection.db.$count(roomTokens, unused)).toBe(0);
    await expectSameViews(roomId);
  });

  test("a kick removes every peer of the identity, and no other", async () => {
    const node = await database.node();
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, node);
    const join = async (identity?: string) =>
      (await database.join(claim, node, { tokenHash: await database.token(roomId, identity) })).peerId;
    const [first, second, other, nobody] = [await join("ann"), await join("ann"), await join("bob"), await join()];
    const kicked = await kickParticipant(database.connection, { projectId: database.projectId, roomId, peerId: first });
    expect(kicked).toHaveLength(2);
    for (const peerId of [first, second]) expect(kicked).toContainEqual({ type: "participant_kicked", roomId, peerId });
    expect(Object.keys((await expectSameViews(roomId)).seats).toSorted()).toEqual([other, nobody].toSorted());
  });

  test("a join may replace the peers of its identity, also in a full room, and nobody else", async () => {
    const node = await database.node();
    const roomId = await database.room({ maxParticipants: 3 });
    const { claim } = await database.claim(roomId, node);
    const join = async (...token: [string?, DuplicateIdentity?]) =>
      database.join(claim, node, { tokenHash: await database.token(roomId, ...token) });
    const [first, other, second] = [await join("ann"), await join(), await join("ann")];
    const third = await join("ann", "replace");
    const replaced = [first, second].map(({ peerId }) => peerId).toSorted();
    expect(third.evicted.map(({ peerId }) => peerId).toSorted()).toEqual(replaced);
    expect(third.evicted.map(({ reason }) => reason)).toEqual(["superseded", "superseded"]);
    expect(Object.keys((await expectSameViews(roomId)).seats).toSorted()).toEqual(
      [other.peerId, third.peerId].toSorted(),
    );
    expect(new Map(await leavesOf(roomId))).toEqual(new Map(replaced.map((peerId) => [peerId, "superseded"])));
    await expect(database.resume(claim, node, first)).rejects.toMatchObject({ code: "invalid_reconnect" });
    const beside = await join("ann");
    expect(beside.evicted).toEqual([]);
    expect(Object.keys((await expectSameViews(roomId)).seats)).toHaveLength(3);
  });

  test("an end frees all seats; the home closes their sessions when it gives the room up", async () => {
    const { connection, projectId } = database;
    const node = await database.node();
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, node);
    const peers = [await database.join(claim, node), await database.join(claim, node, { canResume: false })];
    await record(claim, published(peers[0]?.peerId as PeerId, "mic"));
    expect(await endRoom(connection, { projectId, roomId })).toEqual([{ type: "room_ended", roomId }]);
    expect(await endRoom(connection, { projectId, roomId })).toEqual([]);
    await expect(endRoom(connection, { projectId, roomId: newRoomId() })).rejects.toThrow("Room not found.");
    await expect(database.join(claim, node)).rejects.toMatchObject({ code: "room_terminated" });
    expect(await expectSameViews(roomId)).toEqual({ seats: {}, tracks: [], ended: "terminated" });
    expect((await sessionsOf(roomId)).filter(({ closedAt }) => closedAt !== null)).toEqual([]);
    const present = peers.map(({ peerId }) => ({ peerId, lastHeardAt: performance.now() }));
    await releaseHome(connection, claim, { windowMs: WINDOW_MS, present, reason: "terminated" });
    expect((await sessionsOf(roomId)).map(({ closeReason }) => closeReason)).toEqual(["terminated", "terminated"]);
    expect(await database.row(roomId)).toMatchObject({ homeNodeId: null });
    expect(await database.sitesOf(roomId)).toEqual([]);
    await expectSameViews(roomId);
  });

  test("a home that is released leaves the seats of those who can resume; its site is closed, the next one's opened", async () => {
    const [here, there] = [await database.node(), await database.node()];
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, here);
    expect(await database.sitesOf(roomId)).toMatchObject([{ ...here, siteEpoch: claim.epoch }]);
    const [alice, bob] = [await database.join(claim, here), await database.join(claim, here, { canResume: false })];
    await record(claim, published(alice.peerId, "mic"));
    const present = [alice, bob].map(({ peerId }) => ({ peerId, lastHeardAt: performance.now() }));
    await releaseHome(database.connection, claim, { windowMs: WINDOW_MS, present, reason: "moved" });
    expect(await database.sitesOf(roomId)).toEqual([]);
    expect((await expectSameViews(roomId)).tracks).toEqual([]);
    const next = await database.claim(roomId, there);
    expect(next.pending.map(({ peerId }) => peerId)).toEqual([alice.peerId]);
    expect(await database.sitesOf(roomId)).toMatchObject([{ ...there, siteEpoch: next.claim.epoch }]);
    await database.resume(next.claim, there, alice, false);
    expect((await expectSameViews(roomId)).seats).toEqual({ [alice.peerId]: "connected" });
    expect(await leavesOf(roomId)).toEqual([[bob.peerId, "disconnected"]]);
  });

  test("of several claims one wins; the others, and the home before, are refused", async () => {
    const [here, there] = [await database.node(), await database.node()];
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, here);
    const { peerId } = await database.join(claim, here);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claimHome(database.connection, claim, { node: there, windowMs: WINDOW_MS })),
    );
    expect(claims.filter((each) => each !== undefined)).toHaveLength(1);
    const { connection } = database;
    const leaving = { peerId, reason: "left", lastHeardAt: performance.now() } as const;
    const release = { windowMs: WINDOW_MS, present: [], reason: "moved" } as const;
    for (const write of [
      () => database.join(claim, here),
      () => keepSeat(connection, claim, { peerId, windowMs: WINDOW_MS }),
      () => freeSeat(connection, claim, leaving),
      () => releaseHome(connection, claim, release),
    ]) {
      await expect(write()).rejects.toThrow(Fenced);
    }
    await record(claim, published(peerId, "late"));
    expect(await expectSameViews(roomId)).toMatchObject({ seats: { [peerId]: "disconnected" }, tracks: [] });
    expect(await database.sitesOf(roomId)).toMatchObject([there]);
  });

  test("a new home closes the tracks of its predecessor", async () => {
    const [here, there] = [await database.node(), await database.node()];
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, here);
    const { peerId } = await database.join(claim, here);
    const closed: TrackFact = {
      type: "room.track_unpublished",
      data: { peerId, producerId: "camera", kind: "audio", reason: "unpublished" },
    };
    await record(claim, published(peerId, "mic"), published(peerId, "camera"), closed);
    await database.claim(roomId, there);
    const ended = (await factsOf(database.connection, roomId)).filter((fact) => fact.type === "room.track_unpublished");
    expect(ended.map(({ data }) => [data.producerId, data.reason])).toEqual([
      ["camera", "unpublished"],
      ["mic", "node_lost"],
    ]);
    await expectSameViews(roomId);
  });

  test("rooms are taken from a home that died, many at once, and their peers may resume elsewhere", async () => {
    const [dead, alive] = [await database.node(), await database.node()];
    const ids: RoomId[] = [];
    for (let count = 0; count < 120; count++) ids.push(await database.room());
    const claims = await Promise.all(ids.map(async (roomId) => (await database.claim(roomId, dead)).claim));
    const spared = await database.room();
    const { claim: other } = await database.claim(spared, alive);
    await database.join(other, alive);
    const joined = await Promise.all(claims.slice(0, 20).map((claim) => database.join(claim, dead)));
    const gone = await database.join(claims[0] as HomeClaim, dead, { canResume: false });
    await database.kill(dead);
    let found = 0;
    for (let batch = -1; batch !== 0; found += batch) batch = await takeFromLostHomes(database.connection, WINDOW_MS);
    expect(found).toBeGreaterThanOrEqual(120);
    for (const roomId of ids) await expectSameViews(roomId);
    expect(await leavesOf(ids[0] as RoomId)).toEqual([[gone.peerId, "node_lost"]]);
    const left = await database.connection.db.select().from(rooms).where(inArray(rooms.id, ids));
    expect(left.every(({ homeNodeId, homeEpoch }) => homeNodeId === null && homeEpoch === 2)).toBe(true);
    expect(await database.sitesOf(ids[0] as RoomId)).toEqual([]);
    const sessions = await sessionsOf(ids[1] as RoomId);
    expect(sessions).toMatchObject([{ closeReason: "node_lost" }]);
    expect(sessions[0]?.closedAt).toEqual(sessions[0]?.checkpointedAt);
    expect(await database.row(spared)).toMatchObject({ homeNodeId: alive.nodeId });
    const { claim } = await database.claim(ids[1] as RoomId, alive);
    expect(await database.resume(claim, alive, joined[1] as (typeof joined)[number], false)).toMatchObject({
      peerId: joined[1]?.peerId,
    });
    await expectSameViews(ids[1] as RoomId);
  });

  test("seats that nobody resumed in time are freed, once, and the others kept", async () => {
    const node = await database.node();
    const roomId = await database.room();
    const { claim } = await database.claim(roomId, node);
    const [alice, bob, carol] = [
      await database.join(claim, node),
      await database.join(claim, node),
      await database.join(claim, node),
    ];
    await keepSeat(database.connection, claim, { peerId: alice.peerId, windowMs: WINDOW_MS });
    await database.passTime(roomId);
    await keepSeat(database.connection, claim, { peerId: bob.peerId, windowMs: WINDOW_MS });
    while ((await freeOverdueSeats(database.connection)) > 0);
    expect((await expectSameViews(roomId)).seats).toEqual({
      [bob.peerId]: "disconnected",
      [carol.peerId]: "connected",
    });
    expect(await leavesOf(roomId)).toEqual([[alice.peerId, "expired"]]);
    // Its home comes later, and closes the session that it alone knows the end of.
    const late = { peerId: alice.peerId, reason: "expired", lastHeardAt: performance.now() } as const;
    await freeSeat(database.connection, claim, late);
    expect((await sessionsOf(roomId)).filter(({ closeReason }) => closeReason === "expired")).toHaveLength(1);
    await expectSameViews(roomId);
  });

  test("rooms in which nobody is connected end when their time is over", async () => {
    const node = await database.node();
    const [quiet, busy] = [await database.room({ idleSeconds: 60 }), await database.room({ idleSeconds: 60 })];
    for (const roomId of [quiet, busy]) {
      const { claim } = await database.claim(roomId, node);
      const { peerId } = await database.join(claim, node);
      if (roomId === quiet) await keepSeat(database.connection, claim, { peerId, windowMs: WINDOW_MS });
    }
    await database.connection.db
      .update(rooms)
      .set({ idleSince: sql`${rooms.idleSince} - interval '2 minutes'` })
      .where(inArray(rooms.id, [quiet, busy]));
    expect(await endIdleRooms(database.connection)).toEqual([{ type: "room_ended", roomId: quiet }]);
    expect(await expectSameViews(quiet)).toMatchObject({ ended: "idle", seats: {} });
    expect(await expectSameViews(busy)).toMatchObject({ ended: null });
  });

  test("a project's rooms end in batches; the chore ends those that are left", async () => {
    const projectId = await database.addProject();
    const ids = Array.from({ length: 1_200 }, newRoomId);
    await database.connection.db.insert(rooms).values(ids.map((id) => ({ id, projectId })));
    const others = await database.room();
    for (const isMore of [true, true, false]) expect(await endSomeRooms(database.connection, projectId)).toBe(isMore);
    const late = await database.room({}, projectId);
    await database.connection.db.update(projects).set({ deletedAt: sql`now()` }).where(eq(projects.id, projectId));
    expect(await endRoomsOfDeletedProjects(database.connection)).toEqual([{ type: "room_ended", roomId: late }]);
    const open = await database.connection.db.$count(
      rooms,
      sql`${eq(rooms.projectId, projectId)} and ${isNull(rooms.tombstonedAt)}`,
    );
    expect(open).toBe(0);
    expect(await database.row(others)).toMatchObject({ tombstonedAt: null });
    expect(await expectSameViews(late)).toMatchObject({ ended: "terminated" });
  });

  test("of many joins at the same time a room admits as many as it has seats", async () => {
    const node = await database.node();
    const roomId = await database.room({ maxParticipants: 5 });
    const { claim } = await database.claim(roomId, node);
    const joining = await Promise.allSettled(Array.from({ length: 20 }, () => database.join(claim, node)));
    expect(joining.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(await database.connection.db.$count(roomPeers, eq(roomPeers.roomId, roomId))).toBe(5);
    await expectSameViews(roomId);
  });

  // The embedded database has one connection: nothing there crosses.
  if (kind === "PGlite") return;

  test("a room that another transaction has locked does not delay the others", async () => {
    const node = await database.node();
    const [held, free] = [await database.room({ idleSeconds: 60 }), await database.room({ idleSeconds: 60 })];
    await database.claim(free, node);
    await database.connection.db
      .update(rooms)
      .set({ idleSince: sql`now() - interval '2 minutes'` })
      .where(inArray(rooms.id, [held, free]));
    await database.connection.db.transaction(async (tx) => {
      await tx.select().from(rooms).where(eq(rooms.id, held)).for("update");
      expect(await endIdleRooms(database.connection)).toEqual([{ type: "room_ended", roomId: free }]);
    });
    expect(await endIdleRooms(database.connection)).toEqual([{ type: "room_ended", roomId: held }]);
  });
});
