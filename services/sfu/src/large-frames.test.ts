import { randomBytes } from "node:crypto";
import { roomPeers } from "@radist-tech/db";
import { newPeerId, type RoomId } from "@radist-tech/protocol";
import { type AnyMessage, ownNats } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { UNHURRIED } from "./testing/other-peers.ts";
import { joins, type TestPeer } from "./testing/test-peer.ts";

/** As much as a participant may have: 16 KiB in UTF-8, of characters of all lengths, some to be escaped. */
const METADATA = { about: `${"x".repeat(7)}${'"я日😀\\'.repeat(1_260)}` };

/** Less than a tenth of what a newcomer of a room of three hundred is told. */
const SMALL_LIMIT = { ...UNHURRIED, MAX_UNSENT_BYTES: "20000" };

interface Shown {
  readonly peerId: string;
  readonly metadata: unknown;
}
const shown = ({ existingPeers }: AnyMessage): Shown[] => existingPeers as Shown[];

/** Everybody that a person has been told of, when it is so many. */
async function knows(person: TestPeer, count: number): Promise<Map<string, unknown>> {
  const known = new Map(shown(person.joined).map(({ peerId, metadata }) => [peerId, metadata]));
  while (known.size < count) {
    const { peerId, metadata } = await person.hears("peer-joined");
    known.set(String(peerId), metadata);
  }
  return known;
}

/** People whose earlier home is gone, and who may come back: they are in the room without sockets. */
async function areAwaited(cluster: Cluster, roomId: RoomId, count: number): Promise<void> {
  const place = () => ({
    roomId,
    peerId: newPeerId(),
    metadata: METADATA,
    canPublish: true,
    canSubscribe: true,
    status: "disconnected" as const,
    resumeHash: randomBytes(32),
    expiresAt: sql<Date>`now() + interval '10 minutes'`,
  });
  await cluster.connection.db.insert(roomPeers).values(Array.from({ length: count }, place));
}

const KEY = { type: "e2ee-key", keyId: 1, wrappedKey: "A".repeat(1_024), wrapIv: "AAAA" };

/** Says many things of a kilobyte each to one peer; resolves when all of them have been passed on. */
const talksTo = (person: TestPeer, targetPeerId: string, count = 250) =>
  Promise.all(Array.from({ length: count }, () => person.asks({ ...KEY, targetPeerId })));

test("A hundred peers on two nodes, each with the maximum of metadata, are announced to each other.", {
  tags: ["long"],
}, async () => {
  expect(Buffer.byteLength(JSON.stringify(METADATA))).toBeGreaterThan(16_000);
  await using cluster = await startCluster({ nodes: 2, env: UNHURRIED });
  const roomId = await cluster.createRoom();
  const people: TestPeer[] = [];
  while (people.length < 100) {
    people.push(await joins(cluster, roomId, { node: people.length % 2, metadata: METADATA }));
  }
  for (const person of people) {
    const known = await knows(person, people.length - 1);
    expect(new Set([...known.keys(), person.peerId])).toEqual(new Set(people.map(({ peerId }) => peerId)));
    for (const metadata of known.values()) expect(metadata).toEqual(METADATA);
    expect(await person.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
  }
  await Promise.all(people.map(({ socket }) => socket.close()));
});

describe.each([
  ["beside", 0],
  ["away from", 1],
])("In a room of three hundred, a peer on a node %s its home", (_where, node) => {
  test("gets all peers when it joins and when it resumes, though it reads nothing for a while", async () => {
    await using cluster = await startCluster({ nodes: 2, env: SMALL_LIMIT });
    const roomId = await cluster.createRoom();
    await areAwaited(cluster, roomId, 300);
    // Its home is where somebody was first.
    await using bob = await joins(cluster, roomId, { node: 0 });
    const roomToken = await cluster.mintToken(roomId);
    await using late = await cluster.open({ roomToken, features: "presence" }, node);
    late.webSocket.pause();
    const { peerId } = await bob.hears("peer-joined");
    // Her room-joined is still on its way.
    await talksTo(bob, String(peerId), 3);
    await using alice = await joins(cluster, roomId, { node, metadata: METADATA });
    expect(shown(alice.joined)).toHaveLength(302);
    for (const peer of shown(alice.joined)) if (peer.metadata) expect(peer.metadata).toEqual(METADATA);
    late.webSocket.resume();
    expect(shown(await late.next("room-joined"))).toHaveLength(301);
    for (let count = 0; count < 3; count++) await late.next("e2ee-peer-key");
    expect(await late.next("peer-joined")).toEqual({ type: "peer-joined", peerId: alice.peerId, metadata: METADATA });

    await using back = await alice.resumes(node);
    expect(back.joined.type).toBe("room-resumed");
    expect(shown(back.joined).map((peer) => peer.peerId)).toContain(peerId);
    expect(shown(back.joined)).toHaveLength(302);
    await talksTo(bob, alice.peerId, 3);
    for (let count = 0; count < 3; count++) await back.hears("e2ee-peer-key");
  });

  test("that never reads is disconnected, and no other peer is", async () => {
    await using cluster = await startCluster({ nodes: 2, env: SMALL_LIMIT });
    const roomId = await cluster.createRoom();
    await areAwaited(cluster, roomId, 300);
    await using bob = await joins(cluster, roomId, { node: 0 });
    await using alice = await joins(cluster, roomId, { node, features: "resume" });
    alice.socket.webSocket.pause();
    let isGone = false;
    const left = bob.hears("peer-disconnected").then((message) => {
      isGone = true;
      return message;
    });
    while (!isGone) await talksTo(bob, alice.peerId, 50);
    expect(await left).toMatchObject({ peerId: alice.peerId });
    expect(await bob.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
  });
});

test("What waits for another node while the bus is stalled is bounded; the peers there resume.", async () => {
  await using nats = await ownNats();
  await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url, env: SMALL_LIMIT });
  const roomId = await cluster.createRoom();
  await using bob = await joins(cluster, roomId, { node: 0 });
  await using alice = await joins(cluster, roomId, { node: 1 });
  nats.signal("SIGSTOP");
  await talksTo(bob, alice.peerId);
  nats.signal("SIGCONT");
  expect(await alice.hears("error")).toMatchObject({ code: "unavailable" });
  expect(await alice.socket.closed).toMatchObject({ code: 1012 });
  expect(await bob.hears("peer-disconnected")).toMatchObject({ peerId: alice.peerId });
  const heard = alice.socket.messages.filter(({ type }) => type === "e2ee-peer-key").length;
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(250);
  await using back = await alice.resumes(1);
  expect(back.joined.type).toBe("room-resumed");
});
