import { callTokens, idempotentAnswers, nodes, rooms, roomTokens } from "@radist-tech/db";
import { createLogger } from "@radist-tech/runtime";
import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { startJanitor, sweep } from "./janitor.ts";
import { seatPeer } from "./testing/peers.ts";
import { startApi } from "./testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { connection } = api;
const project = await api.client.project();
const { callId } = await project.call();
const { roomId } = await project.room();

const digest = () => crypto.getRandomValues(new Uint8Array(32));
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
  expect(await sweep(connection)).toEqual({ answers: 2_500, callTokens: 2_500, roomTokens: 2_500, nodes: 0 });
  expect(await sweep(connection)).toEqual({ answers: 0, callTokens: 0, roomTokens: 0, nodes: 0 });
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
  expect(await sweep(connection)).toMatchObject({ nodes: 1 });
  const left = await connection.db.select({ id: nodes.id }).from(nodes).orderBy(nodes.id);
  expect(left.map(({ id }) => id)).toEqual(["node_home", "node_recent", "node_test"]);
});

test("several at once share the work", async () => {
  await leaveRubbish(2_500);
  const swept = await Promise.all([sweep(connection), sweep(connection), sweep(connection)]);
  expect(swept.reduce((total, { callTokens }) => total + callTokens, 0)).toBe(2_500);
});

test("sweeps by itself until it is stopped, and a failure does not end it", async () => {
  await leaveRubbish(1);
  const logger = createLogger({ name: "janitor", level: "silent" });
  const warned = vi.spyOn(logger, "warn");
  let failures = 2;
  const flaky = {
    ...connection,
    get db() {
      if (failures-- > 0) throw new Error("no database today");
      return connection.db;
    },
  };
  const janitor = startJanitor(flaky, logger, 5);
  await vi.waitUntil(async () => (await connection.db.$count(idempotentAnswers)) === 1, { timeout: 60_000 });
  await janitor.stop();
  expect(warned).toHaveBeenCalledTimes(2);
});
