import { calls, callTokens, roomPeers, rooms, roomTokens, usageSessions } from "@radist-tech/db";
import { newCallToken, PeerId } from "@radist-tech/protocol";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { digest } from "@radist-tech/rooms";
import { eq, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { consumes, produceAudio, produces } from "./testing/media.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, env: { RESUME_WINDOW_MS: "20000" } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

// Where the two sockets are: beside the room's home, or one, or both, on another node.
const WHERE = [
  { name: "on one node", alice: 0, bob: 0 },
  { name: "on two nodes", alice: 0, bob: 1 },
] as const;

const placesOf = async (roomId: string) =>
  cluster.connection.db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
const sessionsOf = async (roomId: string) =>
  cluster.connection.db.select().from(usageSessions).where(eq(usageSessions.subjectId, roomId));

describe.each(WHERE)("Two peers $name:", (at) => {
  test("media of one reaches the other, and ends when its owner leaves", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.bob, name: "Bob" });
    expect(await alice.hears("peer-joined")).toMatchObject({ peerId: bob.peerId, name: "Bob" });
    const producerId = await produces(bob, produceAudio());
    await alice.hears("new-producer");
    await consumes(alice, producerId);
    expect(await bob.asks({ type: "leave-room" })).toMatchObject({ type: "ack" });
    expect(await bob.socket.closed).toMatchObject({ code: 1000 });
    expect(await alice.hears("peer-left")).toMatchObject({ peerId: bob.peerId, reason: "left" });
    expect(await alice.asks({ type: "consume", producerId })).toMatchObject({ code: "producer_not_found" });
    await until(async () => (await placesOf(roomId)).length === 1);
    await until(
      async () => (await sessionsOf(roomId)).filter(({ closeReason }) => closeReason === "left").length === 1,
    );
  });

  test("a peer that lost its socket keeps its seat, media and session, and resumes on either node", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.bob });
    const producerId = await produces(bob, produceAudio());
    const { consumerId } = await consumes(bob, await produces(alice, produceAudio()));
    bob.socket.terminate();
    expect(await alice.hears("peer-disconnected")).toEqual({ type: "peer-disconnected", peerId: bob.peerId });
    await until(async () => (await placesOf(roomId)).some(({ status }) => status === "disconnected"));
    await using back = await bob.resumes(1 - at.bob);
    expect(back.joined).toMatchObject({
      type: "room-resumed",
      peerId: bob.peerId,
      existingPeers: [{ peerId: alice.peerId, status: "connected", producers: [{ kind: "audio" }] }],
      producers: [{ producerId }],
      consumers: [{ consumerId }],
    });
    expect(await alice.hears("peer-resumed")).toEqual({ type: "peer-resumed", peerId: bob.peerId });
    expect(await back.asks({ type: "get-stats", consumerId })).toMatchObject({ type: "stats" });
    expect(await sessionsOf(roomId)).toHaveLength(2);
    // The fresh token, and once more the one before it, in case the answer had been lost.
    await using again = await back.resumes(at.bob);
    expect(await back.socket.closed).toMatchObject({ code: 4409 });
    expect(back.socket.messages.at(-1)).toMatchObject({ type: "error", code: "superseded" });
    await using old = await back.resumes(at.bob);
    expect(old.joined).toMatchObject({ type: "room-resumed" });
    await again.socket.closed;
    expect(await alice.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
  });

  test("a peer that cannot resume leaves with its socket", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.bob, features: "" });
    bob.socket.terminate();
    expect(await alice.hears("peer-left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    await using none = await cluster.open({ roomId, peerId: bob.peerId, resumeToken: bob.resumeToken }, at.bob);
    expect(await none.next("error")).toMatchObject({ code: "invalid_reconnect" });
    expect(await none.closed).toMatchObject({ code: 4401 });
  });

  test("a kicked peer gets the error, and cannot resume", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.bob });
    await cluster.kick(roomId, PeerId.parse(bob.peerId));
    expect(await bob.hears("error")).toMatchObject({ code: "kicked" });
    expect(await bob.socket.closed).toMatchObject({ code: 4403 });
    expect(await alice.hears("peer-left")).toMatchObject({ peerId: bob.peerId, reason: "kicked" });
    await expect(bob.resumes(at.bob)).rejects.toThrow("invalid_reconnect");
  });

  test("who joins to take the place of its identity does: the earlier peer is told, and cannot resume", async () => {
    const roomId = await cluster.createRoom({ maxParticipants: 3 });
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.alice, identity: "bob" });
    await using beside = await joins(cluster, roomId, { node: at.bob, identity: "bob" });
    await alice.hears("peer-joined");
    const producerId = await produces(bob, produceAudio());
    await alice.hears("new-producer");
    beside.socket.terminate();
    await alice.hears("peer-disconnected");
    const roomToken = await cluster.mintToken(roomId, { identity: "bob" }, "replace");
    await using again = await cluster.open({ roomToken, features: "presence,resume" }, at.bob);
    const joined = await again.next("room-joined");
    expect(joined.existingPeers).toMatchObject([{ peerId: alice.peerId }]);
    expect(await bob.hears("error")).toMatchObject({ code: "superseded" });
    expect(await bob.socket.closed).toMatchObject({ code: 4409 });
    const left = [await alice.hears("peer-left"), await alice.hears("peer-left")];
    expect(left.map(({ reason }) => reason)).toEqual(["superseded", "superseded"]);
    expect(new Set(left.map(({ peerId }) => peerId))).toEqual(new Set([bob.peerId, beside.peerId]));
    expect(await alice.asks({ type: "consume", producerId })).toMatchObject({ code: "producer_not_found" });
    await expect(beside.resumes(at.bob)).rejects.toThrow("invalid_reconnect");
    await until(
      async () => (await sessionsOf(roomId)).filter(({ closeReason }) => closeReason === "superseded").length === 2,
    );
    expect((await placesOf(roomId)).map(({ peerId }) => peerId).toSorted()).toEqual(
      [alice.peerId, String(joined.peerId)].toSorted(),
    );
  });

  test("an ended room disconnects all peers, and admits none", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: at.alice });
    await using bob = await joins(cluster, roomId, { node: at.bob });
    const late = await cluster.mintToken(roomId);
    await cluster.endRoom(roomId);
    for (const person of [alice, bob]) {
      expect(await person.hears("error")).toMatchObject({ code: "room_terminated" });
      expect(await person.socket.closed).toMatchObject({ code: 4410 });
    }
    await until(async () => (await placesOf(roomId)).length === 0);
    await until(async () => (await sessionsOf(roomId)).every(({ closedAt }) => closedAt !== null));
    await using refused = await cluster.open({ roomToken: late }, at.bob);
    expect(await refused.next("error")).toMatchObject({ code: "room_terminated" });
    expect(await refused.closed).toMatchObject({ code: 4410 });
  });
});

test("A peer that does not resume in time leaves, and its session ends when its socket was lost.", async () => {
  await using quick = await startCluster({ env: { RESUME_WINDOW_MS: "300" } });
  const roomId = await quick.createRoom();
  await using alice = await joins(quick, roomId);
  const bob = await joins(quick, roomId);
  bob.socket.terminate();
  await alice.hears("peer-disconnected");
  expect(await alice.hears("peer-left")).toMatchObject({ peerId: bob.peerId, reason: "expired" });
  const closed = async () => {
    const rows = await quick.connection.db.select().from(usageSessions).where(eq(usageSessions.peerId, bob.peerId));
    return rows.find(({ closedAt }) => closedAt !== null);
  };
  await until(async () => (await closed()) !== undefined);
  expect((await closed())?.closeReason).toBe("expired");
  await expect(bob.resumes()).rejects.toThrow("invalid_reconnect");
});

test("The session of a peer whose seat another node freed is closed by its home.", async () => {
  await using quick = await startCluster({ env: { RESUME_WINDOW_MS: "1000" } });
  const roomId = await quick.createRoom();
  await using alice = await joins(quick, roomId);
  const bob = await joins(quick, roomId);
  bob.socket.terminate();
  const { db } = quick.connection;
  const itsPlace = eq(roomPeers.peerId, bob.peerId);
  await until(async () => (await db.select().from(roomPeers).where(itsPlace))[0]?.status === "disconnected");
  await db.delete(roomPeers).where(itsPlace);
  await alice.hears("peer-left");
  const session = async () => (await db.select().from(usageSessions).where(eq(usageSessions.peerId, bob.peerId)))[0];
  await until(async () => (await session())?.closedAt !== null);
  expect((await session())?.closeReason).toBe("expired");
});

test("A room with nobody connected ends after its idle time.", async () => {
  const roomId = await cluster.createRoom({ idleSeconds: 1 });
  const alice = await joins(cluster, roomId);
  await alice.asks({ type: "leave-room" });
  const state = async () => (await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId)))[0];
  await until(async () => (await state())?.tombstonedAt !== null);
  expect((await state())?.tombstoneReason).toBe("idle");
});

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const BACKOFF = { firstMs: 500, longestMs: 10_000 };

/** What a client is told in the end: it comes back, as the SDK does, for as long as it is told that nobody can say just now. */
async function uses(roomToken: string, node: number, winners: AsyncDisposableStack): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const socket = await cluster.open({ roomToken }, node);
    const first = await socket.next();
    if (first.type !== "error") {
      // It stays: until a join is confirmed, its token could take the seat of a lost socket.
      winners.use(socket);
      return first.type;
    }
    await socket.closed;
    if (first.code !== "unavailable") return String(first.code);
    await pause(backoffMs(attempt, BACKOFF));
  }
}

describe("A token:", () => {
  test("works once, however many clients use it at the same time, on any nodes", async () => {
    const roomId = await cluster.createRoom();
    const roomToken = await cluster.mintToken(roomId);
    await using winners = new AsyncDisposableStack();
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_none, index) => uses(roomToken, index % 2, winners)),
    );
    expect(outcomes.toSorted(compareTexts)).toEqual([...Array<string>(99).fill("invalid_token"), "room-joined"]);
  });

  test("is not used up by a room that is full", async () => {
    const roomId = await cluster.createRoom({ maxParticipants: 1 });
    const alice = await joins(cluster, roomId);
    const roomToken = await cluster.mintToken(roomId);
    await using refused = await cluster.open({ roomToken }, 1);
    expect(await refused.next("error")).toMatchObject({ code: "room_full" });
    expect(await refused.closed).toMatchObject({ code: 4409 });
    await alice.asks({ type: "leave-room" });
    await until(async () => (await placesOf(roomId)).length === 0);
    await using joined = await cluster.open({ roomToken }, 1);
    expect(await joined.next()).toMatchObject({ type: "room-joined" });
  });

  test("of a call is refused, and named as that", async () => {
    const [callId, roomToken] = [crypto.randomUUID(), newCallToken()];
    const { projectId } = cluster;
    await cluster.connection.db.insert(calls).values({ id: callId, projectId, accessControl: "private" });
    const expiresAt = sql`now() + interval '1 minute'`;
    await cluster.connection.db.insert(callTokens).values({ hash: digest(roomToken), callId, expiresAt });
    await using socket = await cluster.open({ roomToken });
    const message = expect.stringContaining("This is a call token");
    expect(await socket.next("error")).toMatchObject({ code: "invalid_token", message });
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  test.each([
    ["nothing", {}, "invalid_connection_request", 4400],
    ["a token and a resumption", { roomToken: "x", roomId: "x" }, "invalid_connection_request", 4400],
    ["half a resumption", { roomId: "x", peerId: "y" }, "invalid_connection_request", 4400],
    ["no token", { roomToken: "x" }, "invalid_token", 4401],
    ["a token of nobody", { roomToken: `ct_${"a".repeat(43)}` }, "invalid_token", 4401],
    ["a wrong key", { publicKey: "x", roomToken: `ct_${"a".repeat(43)}` }, "unauthorized", 4401],
    ["a peer of nobody", { roomId: "x", peerId: "y", resumeToken: "z" }, "invalid_reconnect", 4401],
  ])("is refused when it is %s", async (_what, query, code, close) => {
    await using socket = await cluster.open(query);
    expect(await socket.next("error")).toMatchObject({ code });
    expect(await socket.closed).toMatchObject({ code: close });
  });
});

test("Of 50 who join a room of 10 at once, over two nodes, exactly 10 get in.", async () => {
  const roomId = await cluster.createRoom({ maxParticipants: 10 });
  const tokens = await Promise.all(Array.from({ length: 50 }, () => cluster.mintToken(roomId)));
  const sockets = await Promise.all(tokens.map((roomToken, index) => cluster.open({ roomToken }, index % 2)));
  const answers = await Promise.all(sockets.map((socket) => socket.next()));
  expect(answers.filter(({ type }) => type === "room-joined")).toHaveLength(10);
  expect(answers.filter(({ code }) => code === "room_full")).toHaveLength(40);
  expect(await placesOf(roomId)).toHaveLength(10);
  const unused = cluster.connection.db.$count(
    roomTokens,
    sql`${eq(roomTokens.roomId, roomId)} and ${isNull(roomTokens.usedAt)}`,
  );
  expect(await unused).toBe(40);
  await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
});
