import { callTokens, rooms, roomTokens, transact } from "@radist-tech/db";
import { type CallToken, newCallToken, newReconnectToken, Refusal } from "@radist-tech/protocol";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCall } from "./create.ts";
import { endCall } from "./end.ts";
import { joinCall } from "./join.ts";
import { reconnectPeer } from "./reconnect.ts";
import { screenCredentials } from "./screening.ts";
import { LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";
import { digest } from "./tokens.ts";

let database: CallsDatabase;
beforeAll(async () => {
  database = await openCallsDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const context = () => ({
  connection: database.connection,
  limits: LIMITS,
  projectId: database.projectId,
  ownerNode: ownerNode("node_here"),
  silentMs: () => 0,
  onLate() {},
});

const join = (callToken: CallToken) => joinCall(context(), { callToken }, () => {});

const codeOf = (refusing: Promise<unknown>): Promise<string> =>
  refusing.then(
    () => "in",
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );

const screened = async (...tokens: CallToken[]) =>
  (
    await screenCredentials(
      database.connection,
      tokens.map((callToken) => ({ kind: "join", callToken })),
    )
  ).map((refusal) => refusal?.code ?? "to be verified");

/** A call with a token that was used long ago, and one that has expired. */
async function callWithSpentTokens() {
  const { connection, projectId } = database;
  const { callId, callTokens: tokens } = await transact(connection, (tx) =>
    createCall(tx, { projectId, accessControl: "public", ttlSeconds: 60 }),
  );
  const [used, expired] = tokens as [CallToken, CallToken];
  const joined = await join(used);
  const long = sql`now() - interval '1 hour'`;
  await connection.db
    .update(callTokens)
    .set({ usedAt: long, peerId: null })
    .where(eq(callTokens.hash, digest(used)));
  await connection.db
    .update(callTokens)
    .set({ expiresAt: long })
    .where(eq(callTokens.hash, digest(expired)));
  return { callId, used, expired, joined };
}

test("spent tokens are refused; those of a call that has ended are left to who says so", async () => {
  const { callId, used, expired } = await callWithSpentTokens();
  expect(await screened(used, expired)).toEqual(["invalid_token", "invalid_token"]);
  await endCall(database.connection, database.projectId, callId);
  expect(await screened(used, newCallToken(), expired)).toEqual(["to be verified", "invalid_token", "to be verified"]);
  expect([await codeOf(join(used)), await codeOf(join(expired))]).toEqual(["call_terminated", "call_terminated"]);
});

test("a token of a room is left to who tells what it is for", async () => {
  const [roomId, token] = [crypto.randomUUID(), newCallToken()];
  const { connection, projectId } = database;
  await connection.db.insert(rooms).values({ id: roomId, projectId });
  const expiresAt = sql`now() + interval '1 minute'`;
  await connection.db.insert(roomTokens).values({ hash: digest(token), roomId, expiresAt });
  expect(await screened(newCallToken(), token)).toEqual(["invalid_token", "to be verified"]);
  await expect(join(token)).rejects.toThrow("This is a room token");
});

test("a peer that reconnects to a call that has ended hears that it has", async () => {
  const { callId, joined } = await callWithSpentTokens();
  await endCall(database.connection, database.projectId, callId);
  const { peerId } = joined.peer;
  const reconnect = (reconnectToken = joined.reconnectToken) =>
    codeOf(reconnectPeer(context(), { callId, peerId, reconnectToken }));
  expect([await reconnect(), await reconnect(newReconnectToken())]).toEqual(["call_terminated", "invalid_reconnect"]);
});
