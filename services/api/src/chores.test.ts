import { deleteExpiredTokens, deleteOldCalls } from "@radist-tech/calls";
import { callTokens, idempotentAnswers, nodes, rooms, roomTokens, usageSessions } from "@radist-tech/db";
import { CallPage, newPeerId } from "@radist-tech/protocol";
import { deleteExpiredRoomTokens, deleteOldRooms } from "@radist-tech/rooms";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { apiChores } from "./chores.ts";
import { deleteGoneNodes } from "./gone-nodes.ts";
import { deleteOldAnswers } from "./idempotency/old-answers.ts";
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

const clean = async () => ({
  answers: await deleteOldAnswers(connection),
  callTokens: await deleteExpiredTokens(connection),
  roomTokens: await deleteExpiredRoomTokens(connection),
  nodes: await deleteGoneNodes(connection),
});

test("delete what is old, all of it and nothing else", async () => {
  await leaveRubbish(2_500);
  const fresh = { hash: digest(), expiresAt: ago("23 hours") };
  await connection.db.insert(callTokens).values({ ...fresh, callId });
  await connection.db.insert(roomTokens).values({ ...fresh, roomId, usedAt: ago("23 hours") });
  await project.ask("POST", "/calls", { headers: { "idempotency-key": "kept" } });
  expect(await clean()).toEqual({ answers: 2_500, callTokens: 2_500, roomTokens: 2_500, nodes: 0 });
  expect(await clean()).toEqual({ answers: 0, callTokens: 0, roomTokens: 0, nodes: 0 });
  // Two of each of the two calls, and the one that has expired within the day.
  expect(await connection.db.$count(callTokens)).toBe(5);
  expect(await connection.db.$count(roomTokens)).toBe(3);
  expect(await connection.db.$count(idempotentAnswers)).toBe(1);
});

test("forget nodes that are long gone, unless others still have to take over what they had", async () => {
  await seatPeer(connection, callId, "connected");
  const node = { service: "signaling", epoch: 1 };
  await connection.db.insert(nodes).values([
    { ...node, id: "node_gone", leaseUntil: ago("25 hours") },
    { ...node, id: "node_test", leaseUntil: ago("25 hours") },
    { ...node, id: "node_home", leaseUntil: ago("25 hours") },
    { ...node, id: "node_open", leaseUntil: ago("25 hours") },
    { ...node, id: "node_recent", leaseUntil: ago("23 hours") },
  ]);
  await connection.db.update(rooms).set({ homeNodeId: "node_home", homeNodeEpoch: 1 });
  await connection.db.insert(usageSessions).values({
    id: crypto.randomUUID(),
    projectId: project.projectId,
    kind: "room",
    subjectId: roomId,
    peerId: newPeerId(),
    nodeId: "node_open",
    nodeEpoch: 1,
  });
  expect(await deleteGoneNodes(connection)).toBe(1);
  const left = await connection.db.select({ id: nodes.id }).from(nodes).orderBy(nodes.id);
  expect(left.map(({ id }) => id)).toEqual(["node_home", "node_open", "node_recent", "node_test"]);
});

test("delete calls and rooms that ended long ago, in batches, and count what is left", async () => {
  const [busy, idle] = [await api.client.project(), await api.client.project()];
  const kept = [await busy.call(), await busy.call()].map(({ callId: id }) => id);
  await busy.room();
  await idle.room();
  const many = (table: "calls" | "rooms") => sql`
    insert into ${sql.identifier(table)} (id, project_id, created_at, idle_since, tombstoned_at ${sql.raw(table === "calls" ? ", access_control" : "")})
    select gen_random_uuid(), ${busy.projectId}, now() - interval '91 days', null, now() - number * interval '1 day'
      ${sql.raw(table === "calls" ? ", 'public'" : "")}
    from generate_series(90, 1200) as number`;
  for (const [table, totals] of [
    ["calls", "call_totals"],
    ["rooms", "room_totals"],
  ] as const) {
    await connection.db.execute(many(table));
    await connection.db.execute(sql`
      insert into ${sql.identifier(totals)} (project_id, slot, total) values (${busy.projectId}, 99, 1111)`);
  }
  // A second node that does the same at the same time deletes none twice.
  await Promise.all([1, 2].map(() => Promise.all([deleteOldCalls(connection, 90), deleteOldRooms(connection, 90)])));
  const listed = CallPage.parse((await busy.ask("GET", "/calls")).body);
  expect(listed.calls.map(({ callId: id }) => id)).toEqual(kept.toReversed());
  expect(listed.total).toBe(2);
  expect((await busy.ask("GET", "/rooms")).body).toMatchObject({ total: 1, rooms: [{ tombstonedAt: null }] });
  expect((await idle.ask("GET", "/rooms")).body).toMatchObject({ total: 1 });
});

test("several at once share the work", async () => {
  await leaveRubbish(2_500);
  const deleted = await Promise.all([1, 2, 3].map(() => deleteExpiredTokens(connection)));
  expect(deleted.reduce((total, count) => total + count, 0)).toBe(2_500);
});

test("have names of their own, and each does its work", async () => {
  await leaveRubbish(1);
  const chores = apiChores({ quick: connection, bulk: connection }, { EVENT_RETENTION_DAYS: 30, RETENTION_DAYS: 90 });
  expect(new Set(chores.map(({ name }) => name)).size).toBe(chores.length);
  for (const chore of chores) await chore.run(new AbortController().signal);
  expect(await clean()).toEqual({ answers: 0, callTokens: 0, roomTokens: 0, nodes: 0 });
});

test("are timed, by name", async () => {
  const metrics = async () => (await fetch(`${api.url}/metrics`)).text();
  await expect
    .poll(metrics, { timeout: 25_000 })
    .toContain('radist_chore_seconds_count{service="api",chore="event-sequencer"}');
  expect(await metrics()).toContain('radist_chore_failures_total{chore="event-sequencer",service="api"} 0');
});
