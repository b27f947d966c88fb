import { deleteOldTokens } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import { callTokens, idempotentAnswers, nodes, rooms, roomTokens } from "@radist-tech/db";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { deleteOldAnswers, deleteOldNodes, deleteOldRoomTokens } from "./chores.ts";
import { seatPeer } from "./testing/peers.ts";
import { startApi } from "./testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { connection } = api;
const project = await api.client.project();
const { callId } = await project.call();
const { roomId } = await project.room();

const digest = () => crypto.getRandomValues(new Uint8Array(32));
const cleanUp = async (connection: Connection) => ({
  answers: await deleteOldAnswers(connection),
  callTokens: await deleteOldTokens(connection),
  roomTokens: await deleteOldRoomTokens(connection),
  nodes: await deleteOldNodes(connection),
});
const ago = (interval: string) => sql`now() - ${interval}::interval`;

async function leaveRubbish(count: number): Promise<void> {
  const old = () => Array.from({ length: count }, () => ({ hash: digest(), expiresAt: ago("25 hours") }));
  await connection.db.insert(callTokens).values(old().map((token) => ({ ...token, callId })));
  await connection.db.insert(roomTokens).values(old().map((token) => ({ ...token, roomId })));
  const answers = Array.from({ length: count }, () => ({
    scope: "rubbish",
    key: crypto.randomUUID(),
    requestHash: digest(),
    sealedAnswer: digest(),
    createdAt: ago("25 hours"),
  }));
  await connection.db.insert(idempotentAnswers).values(answers);
}

test("deletes what is old, all of it and nothing else", async () => {
  await leaveRubbish(2_500);
  const fresh = { hash: digest(), expiresAt: ago("23 hours") };
  await connection.db.insert(callTokens).values({ ...fresh, callId });
  await connection.db.insert(roomTokens).values({ ...fresh, roomId, usedAt: ago("23 hours") });
  await project.ask("POST", "/calls", { headers: { "idempotency-key": "kept" } });
  expect(await cleanUp(connection)).toEqual({ answers: 2_500, callTokens: 2_500, roomTokens: 2_500, nodes: 0 });
  expect(await cleanUp(connection)).toEqual({ answers: 0, callTokens: 0, roomTokens: 0, nodes: 0 });
  // Two of each of the two calls, and the one that has expired within the day.
  expect(await connection.db.$count(callTokens)).toBe(5);
  expect(await connection.db.$count(roomTokens)).toBe(3);
  expect(await connection.db.$count(idempotentAnswers)).toBe(1);
});

test("forgets nodes that are long gone, unless others still have to take over their peers or rooms", async () => {
  await seatPeer(connection, callId, "connected");
  const node = { service: "signaling", epoch: 1 };
  await connection.db.insert(nodes).values([
    { ...node, id: "node_gone", leaseUntil: ago("25 hours") },
    { ...node, id: "node_test", leaseUntil: ago("25 hours") },
    { ...node, id: "node_home", leaseUntil: ago("25 hours") },
    { ...node, id: "node_recent", leaseUntil: ago("23 hours") },
  ]);
  await connection.db.update(rooms).set({ homeNodeId: "node_home", homeNodeEpoch: 1 });
  expect(await cleanUp(connection)).toMatchObject({ nodes: 1 });
  const left = await connection.db.select({ id: nodes.id }).from(nodes).orderBy(nodes.id);
  expect(left.map(({ id }) => id)).toEqual(["node_home", "node_recent", "node_test"]);
});

test("several at once share the work", async () => {
  await leaveRubbish(2_500);
  const deleted = await Promise.all([cleanUp(connection), cleanUp(connection), cleanUp(connection)]);
  expect(deleted.reduce((total, { callTokens }) => total + callTokens, 0)).toBe(2_500);
});
