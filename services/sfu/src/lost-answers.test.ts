import { roomPeers } from "@radist-tech/db";
import { ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { connectSocket } from "@radist-tech/testkit";
import { and, eq, isNull } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";

const ATTEMPT = "an-attempt-of-this-page_1";
const FEATURES = "presence,resume";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Silent extends Disposable {
  readonly peerId: string;
  readonly resumeToken: string;
  /** Breaks the connection; resolves when that is stored. */
  cut(): Promise<void>;
}

/** A client whose path is dead from the answer to its join on: it answers no ping. */
async function joinsSilently(roomToken: string, more: Record<string, string>, node = 0): Promise<Silent> {
  const query = new URLSearchParams({ publicKey: cluster.publicKey, roomToken, features: FEATURES, ...more });
  const url = `${String(cluster.nodes[node]?.url).replace("http", "ws")}${ROOM_SOCKET_PATH}?${query.toString()}`;
  const socket = await connectSocket(url, { isDeaf: true });
  const joined = await socket.next();
  expect(joined.type).toBe("room-joined");
  const peerId = String(joined.peerId);
  return {
    peerId,
    resumeToken: String(joined.resumeToken),
    async cut() {
      socket.terminate();
      await expect.poll(() => seatOf(peerId)).not.toBe("connected");
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}

async function seatOf(peerId: string) {
  const [row] = await cluster.connection.db.select().from(roomPeers).where(eq(roomPeers.peerId, peerId));
  return row?.status ?? "none";
}

async function enters(query: Record<string, string>, node = 0) {
  const socket = await cluster.open({ features: FEATURES, ...query }, node);
  return { socket, first: await socket.next(), [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() };
}

/** A room of two with Bob in it, and a client in the other seat that never heard of it. */
async function lostAnswer(more: Record<string, string>, node = 0) {
  const roomId = await cluster.createRoom({ maxParticipants: 2 });
  const bob = await joins(cluster, roomId, { node: 0 });
  const roomToken = await cluster.mintToken(roomId);
  const silent = await joinsSilently(roomToken, more, node);
  await bob.hears("peer-joined");
  return { roomId, bob, roomToken, silent };
}

const isConfirmed = (peerId: string) => {
  const confirmed = and(eq(roomPeers.peerId, peerId), isNull(roomPeers.unconfirmedSince));
  return expect.poll(() => cluster.connection.db.$count(roomPeers, confirmed)).toBe(1);
};

describe.each([
  ["that named its attempt", { attempt: ATTEMPT }, 0],
  ["that named none", {} as Record<string, string>, 0],
  ["that named its attempt, on a node that is not the room's home", { attempt: ATTEMPT }, 1],
])("A client %s, and whose socket was cut before it heard that it joined,", (_which, more, node) => {
  test("is in again with the same token, as the same peer, on new transports", async () => {
    const { bob, roomToken, silent } = await lostAnswer(more, node);
    await silent.cut();
    await using again = await enters({ roomToken, ...more }, node);
    expect(again.first).toMatchObject({ type: "room-joined", peerId: silent.peerId });
    expect(again.first.resumeToken).not.toBe(silent.resumeToken);
    expect(await bob.hears("peer-disconnected")).toMatchObject({ peerId: silent.peerId });
    expect(await bob.hears("peer-resumed")).toMatchObject({ peerId: silent.peerId });
    await isConfirmed(silent.peerId);
    await bob.socket.close();
  });

  test("is in again with its resume token", async () => {
    const { roomId, bob, silent } = await lostAnswer(more, node);
    await silent.cut();
    const { peerId, resumeToken } = silent;
    await using again = await enters({ roomId, peerId, resumeToken }, node);
    expect(again.first).toMatchObject({ peerId });
    await bob.socket.close();
  });

  test("is in again with a fresh token, which takes the seat", async () => {
    const { roomId, bob, roomToken, silent } = await lostAnswer(more, node);
    await silent.cut();
    await using again = await enters({ roomToken: await cluster.mintToken(roomId) }, node);
    expect(again.first).toMatchObject({ type: "room-joined" });
    expect(await bob.hears("peer-left")).toMatchObject({ peerId: silent.peerId });
    expect(await bob.hears("peer-joined")).toMatchObject({ peerId: again.first.peerId });
    await using late = await enters({ roomToken, ...more }, node);
    expect(late.first).toMatchObject({ type: "error", code: "invalid_token" });
    await bob.socket.close();
  });
});

test("A client that cannot resume leaves with its socket, and its token is good once more", async () => {
  const { roomToken, silent, bob } = await lostAnswer({ features: "presence" });
  await silent.cut();
  await using again = await enters({ roomToken });
  expect(again.first).toMatchObject({ type: "room-joined" });
  await bob.socket.close();
});

test("The same token with the same attempt takes over a socket that is silent, on whichever node", async () => {
  const { bob, roomToken, silent } = await lostAnswer({ attempt: ATTEMPT });
  await using again = await enters({ roomToken, attempt: ATTEMPT }, 1);
  expect(again.first).toMatchObject({ type: "room-joined", peerId: silent.peerId });
  expect(bob.socket.messages.filter(({ type }) => type === "peer-left")).toEqual([]);
  await bob.socket.close();
});

test("A fresh token takes the seat of a socket that stays silent for five seconds", async () => {
  const { roomId, bob, silent } = await lostAnswer({});
  const entersFresh = async () => {
    await using again = await enters({ roomToken: await cluster.mintToken(roomId) });
    return again.first.type;
  };
  expect(await entersFresh()).toBe("error");
  await expect.poll(entersFresh, { timeout: 15_000 }).toBe("room-joined");
  expect(await bob.hears("peer-left")).toMatchObject({ peerId: silent.peerId });
  await bob.socket.close();
});

test("A peer that answered the ping behind its join keeps its seat, and its token is used", async () => {
  const roomId = await cluster.createRoom({ maxParticipants: 2 });
  await using bob = await joins(cluster, roomId);
  const roomToken = await cluster.mintToken(roomId);
  const alice = await enters({ roomToken }, 1);
  const peerId = String(alice.first.peerId);
  await isConfirmed(peerId);
  alice.socket.terminate();
  await expect.poll(() => seatOf(peerId)).toBe("disconnected");
  await using again = await enters({ roomToken });
  expect(again.first).toMatchObject({ type: "error", code: "invalid_token" });
  await using other = await enters({ roomToken: await cluster.mintToken(roomId) });
  expect(other.first).toMatchObject({ type: "error", code: "room_full" });
  expect(bob.peerId).not.toBe(peerId);
});

test("A kick makes the attempt void", async () => {
  const { roomId, bob, roomToken, silent } = await lostAnswer({ attempt: ATTEMPT });
  await cluster.kick(roomId, silent.peerId as Parameters<Cluster["kick"]>[1]);
  await bob.hears("peer-left");
  await using again = await enters({ roomToken, attempt: ATTEMPT });
  expect(again.first).toMatchObject({ type: "error", code: "invalid_token" });
  await bob.socket.close();
});

test.each([0, 1])("A page that was reloaded resumes on new transports, by way of node %i", async (node) => {
  const roomId = await cluster.createRoom({ maxParticipants: 2 });
  await using bob = await joins(cluster, roomId);
  const first = await joins(cluster, roomId, { node, features: FEATURES });
  const { peerId, resumeToken } = first;
  await using again = await enters({ roomId, peerId, resumeToken, transports: "new" }, node);
  expect(again.first).toMatchObject({ type: "room-joined", peerId });
  const idOf = (joined: unknown) => (joined as { sendTransport: { id: string } }).sendTransport.id;
  expect(idOf(again.first)).not.toBe(idOf(first.joined));
  expect(await first.socket.closed).toMatchObject({ code: 4409 });
  expect(bob.socket.messages.filter(({ type }) => type === "peer-left")).toEqual([]);
});
