import { type Connection, callPeers, calls, connect, transact } from "@radist-tech/db";
import { type CallToken, newCallToken } from "@radist-tech/protocol";
import { faultProxy } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPeer } from "./depart.ts";
import { type Joined, joinCall } from "./join.ts";
import { mintToken } from "./mint.ts";
import { reconnectPeer } from "./reconnect.ts";
import { LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";

let database: CallsDatabase;
beforeAll(async () => {
  database = await openCallsDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const context = (connection: Connection) => ({
  connection,
  projectId: database.projectId,
  ownerNode: ownerNode("node_here"),
  limits: LIMITS,
  silentMs: () => 0,
  onLate: () => {},
});

/** A token of a fresh call each. */
async function tokens(count: number): Promise<CallToken[]> {
  const callIds = await database.createCalls(count);
  const { connection, projectId } = database;
  return transact(connection, async (tx) => {
    const minted = [];
    for (const callId of callIds) {
      minted.push((await mintToken(tx, { projectId, callId, by: "secret", ttlSeconds: 600 })).callToken);
    }
    return minted;
  });
}

const join = (connection: Connection, callToken: CallToken): Promise<Joined> =>
  joinCall(context(connection), { callToken }, () => {});

const codeOf = (joining: Promise<Joined>): Promise<string> =>
  joining.then(
    () => "joined",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

/** The database's connection for this, with a count of what is done by it. */
async function counted(stack: AsyncDisposableStack) {
  const url = new URL(database.url);
  const proxy = stack.use(await faultProxy({ host: url.hostname, port: Number(url.port) }));
  url.host = proxy.host;
  const connection = stack.use(await connect(url.href));
  // The session begins with statements of its own.
  await connection.db.execute(sql`select 1`);
  return { connection, proxy };
}

test("who joins, leaves and comes back at the same time is stored in few transactions, each by its own outcome", async () => {
  await using stack = new AsyncDisposableStack();
  const { connection, proxy } = await counted(stack);
  const [used, ...fresh] = (await tokens(41)) as [CallToken, ...CallToken[]];
  await join(connection, used);
  const before = proxy.transactions;
  const outcomes = await Promise.all([...fresh, used].map((token) => codeOf(join(connection, token))));
  expect(outcomes).toEqual([...fresh.map(() => "joined"), "invalid_token"]);
  // The first one finds nothing under way; the others find it.
  expect(proxy.transactions - before).toBeLessThanOrEqual(2);

  const joined = await Promise.all((await tokens(40)).map((token) => join(connection, token)));
  const leaving = proxy.transactions;
  const departed = await Promise.all(
    joined.map(({ call: { callId }, peer: { peerId, epoch }, sessionId }) =>
      disconnectPeer(
        { ...context(connection), onLate: () => {} },
        { callId, peerId, epoch, sessionId, silentMs: 0 },
        [],
      ),
    ),
  );
  expect(departed.map((done) => done?.call.peers[0]?.status)).toEqual(joined.map(() => "disconnected"));
  expect(proxy.transactions - leaving).toBeLessThanOrEqual(2);
  const returning = proxy.transactions;
  const back = await Promise.all(
    joined.map(({ call: { callId }, peer: { peerId }, reconnectToken }) =>
      reconnectPeer(context(connection), { callId, peerId, reconnectToken }),
    ),
  );
  expect(back.map(({ peer: { epoch } }) => epoch)).toEqual(joined.map(() => 2));
  expect(proxy.transactions - returning).toBeLessThanOrEqual(2);
});

test("a call that somebody else has under lock keeps nobody waiting but those who join it", async () => {
  const { connection } = database;
  const [locked, ...others] = (await tokens(10)) as [CallToken, ...CallToken[]];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: isLocked, resolve: lock } = Promise.withResolvers<void>();
  await using other = await connect(database.url);
  const holding = transact(other, async (tx) => {
    const [row] = (await tx.execute(
      sql`select call_id from call_tokens where hash = sha256(${locked}::bytea)`,
    )) as unknown as [{ call_id: string }];
    await tx.select().from(calls).where(eq(calls.id, row.call_id)).for("update");
    lock();
    await held;
  });
  await isLocked;
  let isIn = false;
  const waiting = join(connection, locked).then(() => {
    isIn = true;
  });
  await Promise.all(others.map((token) => join(connection, token)));
  expect(isIn).toBe(false);
  release();
  await Promise.all([holding, waiting]);
});

test("of many who use one token at once one is in, and a token that there is not is refused", async () => {
  const { connection } = database;
  const [token] = (await tokens(1)) as [CallToken];
  const outcomes = await Promise.all([
    ...Array.from({ length: 30 }, () => codeOf(join(connection, token))),
    codeOf(join(connection, newCallToken())),
  ]);
  expect(outcomes.filter((outcome) => outcome === "joined")).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(["joined", "invalid_token"]));
});

test("two peers of one call who join at once are both in, and each is told of once", async () => {
  const { connection } = database;
  const [callId] = await database.createCalls(1);
  if (!callId) throw new Error("No call was created.");
  const both = await transact(connection, async (tx) => {
    const mint = () => mintToken(tx, { projectId: database.projectId, callId, by: "secret", ttlSeconds: 600 });
    return [(await mint()).callToken, (await mint()).callToken] as const;
  });
  // Another join is under way, so that these two are stored together.
  const [elsewhere] = (await tokens(1)) as [CallToken];
  const [, first, second] = await Promise.all([elsewhere, ...both].map((token) => join(connection, token)));
  expect(first?.notify).toEqual([]);
  expect(second?.notify).toMatchObject([
    { to: { peerId: first?.peer.peerId }, events: [{ type: "peer_joined", peerId: second?.peer.peerId }] },
  ]);
  const rows = await connection.db.select().from(callPeers).where(eq(callPeers.callId, callId));
  expect(rows.map(({ status }) => status)).toEqual(["connected", "connected"]);
  expect((await database.factsOf(callId)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
