import { calls } from "@radist-tech/db";
import { lockTables } from "@radist-tech/db/testing";
import { newCallToken, newPublicKey, newReconnectToken } from "@radist-tech/protocol";
import type { TestSocket } from "@radist-tech/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, twoPeople } from "./testing/people.ts";

/** After the second failure of an address, its attempts wait for longer than a test may last, five at a time. */
const env = {
  AUTH_FREE_FAILURES: "1",
  AUTH_FIRST_DELAY_MS: "60000",
  AUTH_MAX_DELAY_MS: "60000",
  AUTH_MAX_WAITING_PER_ADDRESS: "5",
};

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ env, trustedProxies: 1 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

let addresses = 0;
/** Somewhere that nobody has failed from. */
const freshAddress = (): string => `192.0.2.${++addresses}`;

const from = (address: string, query: Record<string, string>): Promise<TestSocket> =>
  cluster.open(query, 0, { "x-forwarded-for": address });
const wrongToken = () => ({ callToken: newCallToken() });
const many = (count: number, open: () => Promise<TestSocket>): Promise<TestSocket[]> =>
  Promise.all(Array.from({ length: count }, open));

async function outcome(socket: TestSocket): Promise<string> {
  const { code } = await socket.next("error");
  return `${String(code)} ${(await socket.closed).code}`;
}

async function failTwice(address: string): Promise<void> {
  for (let i = 0; i < 2; i++) expect(await outcome(await from(address, wrongToken()))).toBe("invalid_token 4401");
}

/** Fails, and fills the places of those who may wait. */
async function annoy(address: string): Promise<void> {
  await failTwice(address);
  await many(5, () => from(address, wrongToken()));
}

test.each([
  ["tokens", wrongToken],
  ["keys", () => ({ publicKey: newPublicKey(), ...wrongToken() })],
  ["keys by their form", () => ({ publicKey: "none", ...wrongToken() })],
  ["tokens by their form", () => ({ callToken: "none" })],
])("beside a flood of wrong %s, an honest join from the same address succeeds", async (_what, wrong) => {
  const address = freshAddress();
  const { callTokens } = await cluster.createCall();
  await annoy(address);
  const flood = await many(20, () => from(address, wrong()));
  const honest = await from(address, { callToken: String(callTokens[0]) });
  expect(await honest.next()).toMatchObject({ type: "call_joined" });
  for (const socket of flood) expect(await outcome(socket)).toBe("too_many_failures 4429");
});

test("wrong reconnect tokens wait with the others, and one that works succeeds among them", async () => {
  const { alice } = await twoPeople(cluster);
  const { callId, peerId, reconnectToken } = alice;
  const address = freshAddress();
  await annoy(address);
  const flood = await many(20, () => from(address, { callId, peerId, reconnectToken: newReconnectToken() }));
  const honest = await from(address, { callId, peerId, reconnectToken });
  expect(await honest.next()).toMatchObject({ type: "call_reconnected", peerId });
  for (const socket of flood) expect(await outcome(socket)).toBe("too_many_failures 4429");
});

test("what worked lately passes at once, although there is room to wait", async () => {
  const address = freshAddress();
  const { callTokens } = await cluster.createCall();
  const join = { callToken: String(callTokens[0]), attempt: "attempt-of-these-tests" };
  const first = await from(address, join);
  const { peerId } = await first.next("call_joined");
  await failTwice(address);
  const again = await from(address, join);
  expect(await again.next()).toMatchObject({ type: "call_joined", peerId });
});

test("what worked lately passes at once, although its token was also tried under the key of another project", async () => {
  const address = freshAddress();
  const { callTokens } = await cluster.createCall();
  const join = { callToken: String(callTokens[0]), attempt: "attempt-of-these-tests" };
  const first = await from(address, join);
  const { peerId } = await first.next("call_joined");
  for (let i = 0; i < 2; i++) {
    expect(await outcome(await from(address, { ...join, publicKey: newPublicKey() }))).toBe("unauthorized 4401");
  }
  const again = await from(address, join);
  expect(await again.next()).toMatchObject({ type: "call_joined", peerId });
});

test("other addresses notice nothing", async () => {
  await annoy(freshAddress());
  const { callTokens } = await cluster.createCall();
  const honest = await from(freshAddress(), { callToken: String(callTokens[0]) });
  expect(await honest.next()).toMatchObject({ type: "call_joined" });
});

test("the addresses of one IPv6 subscriber are one", async () => {
  await annoy("2001:db8:1:2::1");
  expect(await outcome(await from("2001:db8:1:2:3::4", wrongToken()))).toBe("too_many_failures 4429");
  expect(await outcome(await from("2001:db8:1:3::1", wrongToken()))).toBe("invalid_token 4401");
});

/** In queries that look up tokens, one or many, and in those that screen many. */
const OF_TOKENS = '"call_tokens"';
const SCREENING = '"room_tokens"';

test("whatever their number, wrong tokens of an address are one query at a time", async () => {
  const address = freshAddress();
  await annoy(address);
  await using locked = await lockTables(cluster.connection, "call_tokens");
  const flood = await many(50, () => from(address, wrongToken()));
  while ((await locked.waiting(OF_TOKENS)) === 0);
  expect(await locked.waiting(OF_TOKENS)).toBe(1);
  await locked[Symbol.asyncDispose]();
  await Promise.all(flood.map((socket) => socket.closed));
});

test("of many wrong tokens at once, those beyond the free ones are one query, too", async () => {
  const address = freshAddress();
  await using locked = await lockTables(cluster.connection, "call_tokens");
  const flood = await many(50, () => from(address, wrongToken()));
  while ((await locked.waiting(OF_TOKENS)) < 2);
  expect([await locked.waiting(OF_TOKENS), await locked.waiting(SCREENING)]).toEqual([2, 1]);
  await locked[Symbol.asyncDispose]();
  await Promise.all(flood.map((socket) => socket.closed));
});

test("wrong reconnect tokens do not wait for the call's lock, nor hold it", async () => {
  const { callId, alice } = await twoPeople(cluster);
  const { db } = cluster.connection;
  await db.transaction(async (tx) => {
    await tx.select({ id: calls.id }).from(calls).where(eq(calls.id, callId)).for("update");
    const query = { callId, peerId: alice.peerId, reconnectToken: newReconnectToken() };
    expect(await outcome(await from(freshAddress(), query))).toBe("invalid_reconnect 4401");
  });
  await joins(cluster, String((await cluster.createCall()).callTokens[0]));
});
