import process from "node:process";
import { roomPeers, rooms, usageSessions } from "@radist-tech/db";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, isReady, startCluster } from "./testing/cluster.ts";
import { consumes, produceAudio, produces } from "./testing/media.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

const start = () => startCluster({ nodes: 2, processes: true });

describe("A media worker that dies", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each(["SIGKILL", "SIGSTOP"] as const)("by %s disconnects nobody", async (signal) => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    const producerId = await produces(alice, produceAudio());
    await bob.hears("new-producer");
    await consumes(bob, producerId);
    const [worker] = cluster.nodes[0]?.process?.children ?? [];
    process.kill(Number(worker), signal);

    const people = [alice, bob];
    for (const person of people) {
      const again = await person.hears("room-joined");
      expect(again).toMatchObject({ peerId: person.peerId, migrated: true });
      const { id } = again.sendTransport as { id: string };
      expect(id).not.toBe((person.joined.sendTransport as { id: string }).id);
    }
    expect(await bob.hears("producer-closed")).toMatchObject({ producerId });
    const republished = await produces(alice, produceAudio());
    expect(await bob.hears("new-producer")).toMatchObject({ producerId: republished });
    await consumes(bob, republished);
    const sessions = await cluster.connection.db
      .select()
      .from(usageSessions)
      .where(eq(usageSessions.subjectId, roomId));
    expect(sessions).toHaveLength(2);
    expect(sessions.every(({ closedAt }) => closedAt === null)).toBe(true);
  });
});

describe("A room's home", () => {
  test("that is killed is followed by another node, with the same peers; the ledger ends at the last checkpoint", async () => {
    await using cluster = await start();
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    await using plain = await joins(cluster, roomId, { node: 1, features: "" });
    await until(async () => {
      const rows = await sessions(cluster, roomId);
      return rows.length === 3 && rows.every((row) => row.checkpointedAt > row.openedAt);
    });
    cluster.nodes[0]?.process?.signal("SIGKILL");
    expect(await bob.hears("error")).toMatchObject({ code: "unavailable" });
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    expect(await plain.socket.closed).toMatchObject({ code: 1012 });

    await using bobAgain = await bob.resumes(1);
    expect(bobAgain.joined).toMatchObject({ type: "room-joined", peerId: bob.peerId, migrated: true });
    await using aliceAgain = await alice.resumes(1);
    expect(aliceAgain.joined).toMatchObject({ peerId: alice.peerId, migrated: true });
    expect(bobAgain.joined.existingPeers).toMatchObject([{ peerId: alice.peerId, status: "disconnected" }]);
    expect(await bobAgain.hears("peer-resumed")).toMatchObject({ peerId: alice.peerId });
    const rows = await sessions(cluster, roomId);
    const lost = rows.filter(({ closeReason }) => closeReason === "node_lost");
    expect(lost).toHaveLength(3);
    for (const row of lost) expect(row.closedAt).toEqual(row.checkpointedAt);
    expect(rows.filter(({ closedAt }) => closedAt === null)).toHaveLength(2);
    // Who cannot resume holds no place.
    const places = await cluster.connection.db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
    expect(places.map(({ peerId }) => peerId).toSorted()).toEqual([alice.peerId, bob.peerId].toSorted());
  });

  test("that was frozen until another node took over gives everything up when it wakes", {
    tags: ["long"],
  }, async () => {
    await using cluster = await start();
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    cluster.nodes[0]?.process?.signal("SIGSTOP");
    await bob.socket.closed;
    await using bobAgain = await bob.resumes(1);
    expect(bobAgain.joined).toMatchObject({ migrated: true });
    cluster.nodes[0]?.process?.signal("SIGCONT");
    expect(await alice.socket.closed).toMatchObject({ code: 1012 });
    for (const node of cluster.nodes) await isReady(node);
    await using aliceAgain = await alice.resumes(0);
    expect(aliceAgain.joined).toMatchObject({ type: "room-joined", peerId: alice.peerId, migrated: true });
    expect(await bobAgain.hears("peer-resumed")).toMatchObject({ peerId: alice.peerId });
    const [row] = await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
    expect(row?.homeEpoch).toBeGreaterThan(1);
    const open = (await sessions(cluster, roomId)).filter(({ closedAt }) => closedAt === null);
    expect(open).toHaveLength(2);
  });

  test("that receives SIGTERM hands its rooms over", async () => {
    await using cluster = await start();
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    cluster.nodes[0]?.process?.signal("SIGTERM");
    expect(await alice.socket.closed).toMatchObject({ code: 1012 });
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    await using aliceAgain = await alice.resumes(1);
    expect(aliceAgain.joined).toMatchObject({ peerId: alice.peerId, migrated: true });
    await using bobAgain = await bob.resumes(1);
    expect(bobAgain.joined).toMatchObject({ peerId: bob.peerId });
    expect(await cluster.nodes[0]?.process?.exited).toBe(0);
    const rows = await sessions(cluster, roomId);
    expect(rows.filter(({ closeReason }) => closeReason === "moved")).toHaveLength(2);
  });
});

describe("A node that only relays", () => {
  test("can die without loss: the room goes on, and its clients resume on another node", {
    tags: ["long"],
  }, async () => {
    await using cluster = await start();
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    const producerId = await produces(bob, produceAudio());
    cluster.nodes[1]?.process?.signal("SIGKILL");
    expect(await alice.hears("peer-disconnected")).toMatchObject({ peerId: bob.peerId });
    await using again = await bob.resumes(0);
    expect(again.joined).toMatchObject({ type: "room-resumed", producers: [{ producerId }] });
    expect(await alice.hears("peer-resumed")).toMatchObject({ peerId: bob.peerId });
  });
});

const sessions = (cluster: Cluster, roomId: string) =>
  cluster.connection.db.select().from(usageSessions).where(eq(usageSessions.subjectId, roomId));
