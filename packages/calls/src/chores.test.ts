import { type Connection, calls, callTokens, connect, nodes, projects, transact, usageSessions } from "@radist-tech/db";
import type { CallId } from "@radist-tech/protocol";
import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CallChoreContext,
  deleteExpiredTokens,
  disconnectLostPeers,
  endIdleCalls,
  expirePeers,
} from "./chores.ts";
import { createCall } from "./create.ts";
import { deletedProjectsWithCalls, endSomeCalls } from "./end.ts";
import { joinCall } from "./join.ts";
import { loadCalls } from "./load.ts";
import type { DoneStep } from "./step.ts";
import { LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";

const RUNNING = new AbortController().signal;
/** More than two batches. */
const MANY = 450;

let database: CallsDatabase;
let otherNode: Connection;
beforeAll(async () => {
  database = await openCallsDatabase();
  otherNode = await connect(database.url);
});
afterAll(async () => {
  await otherNode.close();
  await database[Symbol.asyncDispose]();
});

function chores(limits = LIMITS) {
  const done: DoneStep[] = [];
  const onDone = (steps: readonly DoneStep[]): void => {
    done.push(...steps);
  };
  const on = (connection: Connection): CallChoreContext => ({ connection, limits, onDone });
  return { done, here: on(database.connection), there: on(otherNode) };
}

const timesEach = (steps: readonly DoneStep[]) =>
  [...Map.groupBy(steps, ({ call }) => call.callId).values()].map((all) => all.length);

async function addNode(nodeId: string, options: { epoch?: number; isDead?: boolean } = {}): Promise<void> {
  const { epoch = 1, isDead = false } = options;
  const leaseUntil = isDead ? sql`now() - interval '1 second'` : sql`now() + interval '1 hour'`;
  await database.connection.db.insert(nodes).values({ id: nodeId, service: "signaling", epoch, leaseUntil });
}

describe("Two nodes that do a chore at the same time", () => {
  test("disconnect each lost peer once, expire it once, and end each idle call once", async () => {
    await addNode("node_dead", { isDead: true });
    const callIds = await database.createCalls(MANY, 1, ownerNode("node_dead"));
    const lost = chores({ ...LIMITS, reconnectWindowMs: 0 });
    await Promise.all([disconnectLostPeers(lost.here, RUNNING), disconnectLostPeers(lost.there, RUNNING)]);
    expect(timesEach(lost.done)).toEqual(callIds.map(() => 1));
    const overdue = chores();
    await Promise.all([expirePeers(overdue.here, RUNNING), expirePeers(overdue.there, RUNNING)]);
    expect(timesEach(overdue.done)).toEqual(callIds.map(() => 1));
    const idle = chores({ ...LIMITS, idleMs: 0 });
    await Promise.all([endIdleCalls(idle.here, RUNNING), endIdleCalls(idle.there, RUNNING)]);
    expect(timesEach(idle.done)).toEqual(callIds.map(() => 1));
    const now = await loadCalls(database.connection, callIds);
    expect(new Set([...now.values()].map((call) => call.state === "tombstoned" && call.reason))).toEqual(
      new Set(["idle"]),
    );
    const [last] = callIds as [CallId];
    expect((await database.factsOf(last)).map(({ fact }) => fact.type)).toEqual([
      "call.created",
      "call.participant_joined",
      "call.participant_disconnected",
      "call.participant_left",
      "call.ended",
    ]);
  });
});

describe("Lost peers", () => {
  test("are those of dead nodes and of earlier processes under a node's id, nobody else's", async () => {
    await addNode("node_gone", { isDead: true });
    await addNode("node_again", { epoch: 2 });
    await addNode("node_alive");
    const gone = await database.createCalls(1, 2, ownerNode("node_gone"));
    const again = await database.createCalls(1, 2, ownerNode("node_again"));
    await database.createCalls(1, 2, ownerNode("node_alive"));
    const { done, here } = chores();
    await disconnectLostPeers(here, RUNNING);
    expect(done.map(({ call }) => call.callId).toSorted()).toEqual([...gone, ...gone, ...again, ...again].toSorted());
  });

  test("are counted up to their last checkpoint", async () => {
    await addNode("node_counted", { isDead: true });
    const { connection, projectId } = database;
    const { callTokens: tokens } = await transact(connection, (tx) =>
      createCall(tx, { projectId, accessControl: "public", ttlSeconds: 60 }),
    );
    const owner = { nodeId: ownerNode("node_counted").nodeId, nodeEpoch: 1 };
    const context = { connection, projectId, ownerNode: owner, limits: LIMITS, silentMs: () => 0, onLate() {} };
    const { sessionId } = await joinCall(context, { callToken: tokens[0] }, () => {});
    await disconnectLostPeers(chores().here, RUNNING);
    const [session] = await connection.db.select().from(usageSessions).where(eq(usageSessions.id, sessionId));
    expect(session).toMatchObject({ closeReason: "node_lost", closedAt: session?.checkpointedAt });
  });
});

test("A call that is locked is left to the next run", async () => {
  // Ends the idle calls of other tests first.
  const first = chores({ ...LIMITS, idleMs: 0 });
  await endIdleCalls(first.here, RUNNING);
  const callIds = await database.createCalls(3);
  const [busy, ...others] = callIds as [CallId, ...CallId[]];
  const { done, here } = chores({ ...LIMITS, idleMs: 0 });
  await otherNode.db.transaction(async (tx) => {
    await tx.select().from(calls).where(eq(calls.id, busy)).for("update");
    await endIdleCalls(here, RUNNING);
  });
  expect(done.map(({ call }) => call.callId).toSorted()).toEqual(others.toSorted());
  await endIdleCalls(here, RUNNING);
  expect(done).toHaveLength(3);
});

test("A deleted project's calls end in batches, which may be interrupted, and those that came late end, too", async () => {
  await using own = await openCallsDatabase();
  const { connection, projectId } = own;
  const callIds = await own.createCalls(25, 2);
  expect(await deletedProjectsWithCalls(connection)).toEqual([]);
  await connection.db.update(projects).set({ deletedAt: sql`now()` });
  expect(await endSomeCalls(connection, projectId, 10)).toBe(true);
  expect(await deletedProjectsWithCalls(connection)).toEqual([projectId]);
  while (await endSomeCalls(connection, projectId, 10));
  expect(await deletedProjectsWithCalls(connection)).toEqual([]);
  await own.createCalls(1);
  expect(await deletedProjectsWithCalls(connection)).toEqual([projectId]);
  const ended = await connection.db.select().from(calls).where(inArray(calls.id, callIds));
  // Once each: created, joined twice, left twice, ended.
  expect(ended.map(({ tombstoneReason, version, eventSeq }) => [tombstoneReason, version, eventSeq])).toEqual(
    callIds.map(() => ["terminated", 3, 6]),
  );
});

test("Deletes tokens that expired a day ago, and no others", async () => {
  const [callId] = (await database.createCalls(1)) as [CallId];
  const expired = (hours: number) => ({
    hash: crypto.getRandomValues(new Uint8Array(32)),
    callId,
    expiresAt: sql`now() - make_interval(hours => ${hours})`,
  });
  await database.connection.db.insert(callTokens).values([expired(25), expired(25), expired(23)]);
  expect(await deleteExpiredTokens(database.connection)).toBe(2);
  expect(await deleteExpiredTokens(database.connection)).toBe(0);
});
