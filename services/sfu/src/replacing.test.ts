import { roomPeers, rooms } from "@radist-tech/db";
import { type Epoch, newNodeId, PeerId, type RoomId } from "@radist-tech/protocol";
import { claimHome, findSeated } from "@radist-tech/rooms";
import type { TestSocket } from "@radist-tech/testkit";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { RoomSeats } from "./home/room-seats.ts";
import { RoomMedia } from "./media/room-media.ts";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

vi.mock(import("@radist-tech/rooms"), { spy: true });

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
afterEach(() => vi.restoreAllMocks());

const seatsOf = (roomId: RoomId) => cluster.connection.db.$count(roomPeers, eq(roomPeers.roomId, roomId));

/** Opens a socket that takes the place of everybody who is called Bob. */
async function replacesBob(roomId: RoomId) {
  const roomToken = await cluster.mintToken(roomId, { identity: "bob" }, "replace");
  return cluster.open({ roomToken, features: "presence,resume" });
}

/** The transports that are opened next are ready once they are released. */
function holdTransports() {
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const open = Reflect.get(RoomMedia.prototype, "open") as RoomMedia["open"];
  vi.spyOn(RoomMedia.prototype, "open").mockImplementationOnce(async function (this: RoomMedia, peerId) {
    asked.resolve();
    await held.promise;
    return open.call(this, peerId);
  });
  return { asked: asked.promise, release: held.resolve };
}

/** Another node, which does not live, claims the room. */
async function move(roomId: RoomId): Promise<void> {
  const [row] = await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
  const seen = { roomId, epoch: Number(row?.homeEpoch) as Epoch };
  const node = { nodeId: newNodeId(), nodeEpoch: 1 };
  const claimed = await claimHome(cluster.connection, seen, { node, windowMs: 30_000 });
  for (const control of claimed?.notify ?? []) cluster.announce(control);
}

async function isSuperseded(socket: TestSocket): Promise<void> {
  expect(await socket.next("error")).toMatchObject({ code: "superseded" });
  expect(await socket.closed).toMatchObject({ code: 4409 });
}

test("Who is replaced while its transports are being opened is told so, and leaves.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  const transports = holdTransports();
  await using bob = await replacesBob(roomId);
  await until(async () => (await seatsOf(roomId)) === 2);
  await using again = await replacesBob(roomId);
  const { peerId } = await again.next("room-joined");
  transports.release();
  await isSuperseded(bob);
  const left = await alice.hears("peer-left");
  expect(left).toMatchObject({ reason: "superseded" });
  expect(left.peerId).not.toBe(peerId);
});

test("Who is replaced while it resumes at a new home is told so, and leaves.", async () => {
  const roomId = await cluster.createRoom();
  await using bob = await joins(cluster, roomId, { identity: "bob" });
  await move(roomId);
  await bob.socket.closed;
  const transports = holdTransports();
  const { peerId, resumeToken } = bob;
  await using resuming = await cluster.open({ roomId, peerId, resumeToken, features: "presence,resume" });
  await transports.asked;
  await using again = await replacesBob(roomId);
  await again.next("room-joined");
  transports.release();
  await isSuperseded(resuming);
  expect(await again.next("peer-left")).toMatchObject({ peerId, reason: "superseded" });
});

test("A comparison that finds no seat before the join that took it was answered does not call its peer kicked.", async () => {
  const roomId = await cluster.createRoom();
  await using bob = await joins(cluster, roomId, { identity: "bob" });
  const held = Promise.withResolvers<void>();
  const take = Reflect.get(RoomSeats.prototype, "take") as RoomSeats["take"];
  vi.spyOn(RoomSeats.prototype, "take").mockImplementationOnce(async function (this: RoomSeats, ...of) {
    const joined = await take.apply(this, of);
    await held.promise;
    return joined;
  });
  await using again = await replacesBob(roomId);
  const { db } = cluster.connection;
  const peerId = PeerId.parse(bob.peerId);
  await until(async () => (await db.$count(roomPeers, eq(roomPeers.peerId, peerId))) === 0);
  const compared = vi.mocked(findSeated).mock;
  const before = compared.settledResults.length;
  cluster.announce({ type: "participant_kicked", roomId, peerId });
  await until(() => compared.settledResults.slice(before).some(({ type }) => type === "fulfilled"));
  held.resolve();
  await again.next("room-joined");
  await isSuperseded(bob.socket);
});
