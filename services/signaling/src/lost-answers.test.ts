import { mintToken } from "@radist-tech/calls";
import { callPeers, calls, transact } from "@radist-tech/db";
import { CallId } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, type Person } from "./testing/people.ts";
import { portOf, socketPath } from "./testing/raw-person.ts";
import { RawSocket, upgradeRequest } from "./testing/raw-socket.ts";

const ATTEMPT = "an-attempt-of-this-page_1";
const OTHER = "an-attempt-of-another-page";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Silent extends AsyncDisposable {
  readonly peerId: string;
  readonly reconnectToken: string;
  /** Breaks the connection; resolves when that is stored. */
  cut(): Promise<void>;
}

/** A client whose path is dead from the answer to its join on: it hears of nothing, and answers no ping. */
async function joinsSilently(callToken: string, more: { attempt?: string } = {}): Promise<Silent> {
  const socket = new RawSocket(portOf(cluster), { isDeaf: true });
  socket.write(upgradeRequest(socketPath({ publicKey: cluster.publicKey, callToken, ...more })));
  const joined = JSON.parse(await socket.until(({ texts }) => texts[0])) as Record<string, string>;
  const peerId = String(joined.peerId);
  return {
    peerId,
    reconnectToken: String(joined.reconnectToken),
    async cut() {
      await socket[Symbol.asyncDispose]();
      await expect.poll(() => statusOf(peerId)).toBe("disconnected");
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

async function statusOf(peerId: string) {
  const [row] = await cluster.connection.db.select().from(callPeers).where(eq(callPeers.peerId, peerId));
  return row?.status;
}

/** Both seats of a call: Bob's, and that of somebody who never heard of it. */
async function lostAnswer(more: { attempt?: string } = {}) {
  const { callId, callTokens } = await cluster.createCall();
  const [own = "", others = ""] = callTokens;
  const bob = await joins(cluster, others, 1);
  const silent = await joinsSilently(own, more);
  await bob.hears("peer_joined");
  return { callId: CallId.parse(callId), own, bob, silent };
}

async function minted(callId: CallId): Promise<string> {
  const [call] = await cluster.connection.db.select().from(calls).where(eq(calls.id, callId));
  const options = { projectId: String(call?.projectId), callId, by: "public", ttlSeconds: 60 } as const;
  return (await transact(cluster.connection, (tx) => mintToken(tx, options))).callToken;
}

async function enters(query: Record<string, string>, node = 0) {
  const socket = await cluster.open(query, node);
  return { socket, first: await socket.next(), [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() };
}

const confirmed = (person: Person) => {
  const { peerId } = person;
  const those = and(eq(callPeers.peerId, peerId), isNull(callPeers.unconfirmedSince));
  return expect.poll(() => cluster.connection.db.$count(callPeers, those)).toBe(1);
};

describe.each([
  ["that named its attempt", { attempt: ATTEMPT }],
  ["that named none", {}],
])("A client %s, and whose socket was cut before it heard that it joined,", (_which, more) => {
  test("is in again with the same token, as the same peer", async () => {
    const { own, bob, silent } = await lostAnswer(more);
    await silent.cut();
    await using again = await enters({ callToken: own, ...more });
    expect(again.first).toMatchObject({ type: "call_joined", peerId: silent.peerId });
    expect(again.first.reconnectToken).not.toBe(silent.reconnectToken);
    expect(await bob.hears("peer_left")).toMatchObject({ peerId: silent.peerId, reason: "disconnected" });
    expect(await bob.hears("peer_reconnected")).toMatchObject({ peerId: silent.peerId });
    await bob.socket.close();
  });

  test("is in again with its reconnect token", async () => {
    const { callId, bob, silent } = await lostAnswer(more);
    await silent.cut();
    const { peerId, reconnectToken } = silent;
    await using again = await enters({ callId, peerId, reconnectToken });
    expect(again.first).toMatchObject({ type: "call_reconnected", peerId });
    await bob.socket.close();
  });

  test("is in again with a fresh token, which takes the seat", async () => {
    const { callId, own, bob, silent } = await lostAnswer(more);
    await silent.cut();
    await using again = await enters({ callToken: await minted(callId) });
    expect(again.first).toMatchObject({ type: "call_joined" });
    expect(await bob.hears("peer_left")).toMatchObject({ peerId: silent.peerId, reason: "disconnected" });
    expect(await bob.hears("peer_left")).toMatchObject({ peerId: silent.peerId, reason: "expired" });
    expect(await bob.hears("peer_joined")).toMatchObject({ peerId: again.first.peerId });
    await using late = await enters({ callToken: own, ...more });
    expect(late.first).toMatchObject({ type: "error", code: "invalid_token" });
    await bob.socket.close();
  });
});

test("The same token with the same attempt takes over a socket that is silent, on whichever node", async () => {
  const { own, bob, silent } = await lostAnswer({ attempt: ATTEMPT });
  await using again = await enters({ callToken: own, attempt: ATTEMPT }, 1);
  expect(again.first).toMatchObject({ type: "call_joined", peerId: silent.peerId });
  expect(await bob.hears("peer_reconnected")).toMatchObject({ peerId: silent.peerId });
  expect(bob.socket.messages.filter(({ type }) => type === "peer_left")).toEqual([]);
  await bob.socket.close();
});

test("The same attempt is in again when the node has died in between", async () => {
  await using own = await startCluster({ nodes: 2, processes: true });
  const { callTokens } = await own.createCall();
  const [callToken = ""] = callTokens;
  const first = await own.open({ callToken, attempt: ATTEMPT }, 0, {}, true);
  const { peerId } = await first.next("call_joined");
  own.nodes[0]?.process?.signal("SIGKILL");
  await first.closed;
  const again = await own.open({ callToken, attempt: ATTEMPT }, 1);
  expect(await again.next()).toMatchObject({ type: "call_joined", peerId });
  await again.close();
});

test("A fresh token takes the seat of a socket that stays silent for five seconds", async () => {
  const { callId, bob, silent } = await lostAnswer();
  await expect(minted(callId)).rejects.toMatchObject({ code: "peers_connected" });
  let callToken = "";
  const mints = async () => {
    callToken = await minted(callId).catch(() => "");
    return callToken;
  };
  await expect.poll(mints, { timeout: 15_000 }).toMatch(/^ct_/);
  await using again = await enters({ callToken });
  expect(again.first).toMatchObject({ type: "call_joined" });
  expect(await bob.hears("peer_left")).toMatchObject({ peerId: silent.peerId, reason: "expired" });
  expect(await bob.hears("peer_joined")).toMatchObject({ peerId: again.first.peerId });
  await bob.socket.close();
});

test("Two tabs with one token: the same attempt is the same peer, another attempt is refused", async () => {
  const { callTokens } = await cluster.createCall();
  const [callToken = ""] = callTokens;
  await using first = await enters({ callToken, attempt: ATTEMPT });
  await using second = await enters({ callToken, attempt: ATTEMPT }, 1);
  expect(second.first).toMatchObject({ type: "call_joined", peerId: first.first.peerId });
  expect(await first.socket.next("call_left")).toMatchObject({ reason: "superseded" });
  for (const query of [{ callToken, attempt: OTHER }, { callToken }]) {
    await using refused = await enters(query);
    expect(refused.first).toMatchObject({ type: "error", code: "invalid_token" });
  }
});

test("A peer that answered the ping behind its join keeps its seat when its socket is cut", async () => {
  const { callId, callTokens } = await cluster.createCall();
  const [own = "", others = ""] = callTokens;
  await using bob = await joins(cluster, others);
  const alice = await joins(cluster, own);
  await confirmed(alice);
  alice.socket.terminate();
  await expect.poll(() => statusOf(alice.peerId)).toBe("disconnected");
  await expect(minted(CallId.parse(callId))).rejects.toMatchObject({ code: "peers_connected" });
  await using again = await enters({ callToken: own });
  expect(again.first).toMatchObject({ type: "error", code: "invalid_token" });
  expect(bob.peerId).not.toBe(alice.peerId);
});

test.each([
  ["a leave", "invalid_token", async (person: Person) => person.says({ type: "leave" })],
  ["the end of the call", "call_terminated", async ({ callId }: Person) => cluster.endCall(CallId.parse(callId))],
])("After %s the same attempt is void", async (_what, code, end) => {
  const { callTokens } = await cluster.createCall();
  const [callToken = ""] = callTokens;
  await using first = await enters({ callToken, attempt: ATTEMPT });
  const { callId, peerId } = first.first;
  await end({ callId, peerId, says: (message: object) => first.socket.send(message) } as Person);
  await first.socket.closed;
  await using again = await enters({ callToken, attempt: ATTEMPT });
  expect(again.first).toMatchObject({ type: "error", code });
});

test("An attempt of another shape is no connection request", async () => {
  const { callTokens } = await cluster.createCall();
  for (const attempt of ["short", "a".repeat(65), "with a blank in the middle"]) {
    await using refused = await enters({ callToken: String(callTokens[0]), attempt });
    expect(refused.first).toMatchObject({ type: "error", code: "invalid_connection_request" });
  }
});
