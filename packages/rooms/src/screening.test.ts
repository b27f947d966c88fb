import { calls, callTokens, roomTokens, transact } from "@radist-tech/db";
import {
  type CallToken,
  newCallToken,
  newPeerId,
  newReconnectToken,
  newRoomId,
  Refusal,
  type RoomId,
} from "@radist-tech/protocol";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digest } from "./digest.ts";
import { endRoom } from "./end.ts";
import { findHomeByResumeToken, findHomeByToken } from "./home-lookup.ts";
import { type RoomCredentials, screenCredentials } from "./screening.ts";
import { RoomsDatabase } from "./testing/database.ts";
import { mintRoomToken } from "./tokens.ts";

let database: RoomsDatabase;
beforeAll(async () => {
  database = await RoomsDatabase.open("Postgres");
});
afterAll(() => database[Symbol.asyncDispose]());

const screened = async (...presented: RoomCredentials[]) =>
  (await screenCredentials(database.connection, presented)).map((refusal) => refusal?.code ?? "to be verified");

const joining = (roomToken: CallToken) => ({ kind: "join", roomToken }) as const;

const codeOf = (refusing: Promise<unknown>): Promise<string> =>
  refusing.then(
    () => "in",
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );

const verified = (roomToken: CallToken) =>
  findHomeByToken(database.connection, database.projectId, { tokenHash: digest(roomToken), attemptHash: null });

async function token(roomId: RoomId, spent: Partial<typeof roomTokens.$inferInsert>): Promise<CallToken> {
  const { connection, projectId } = database;
  const participant = { canPublish: true, canSubscribe: true };
  const { roomToken } = await transact(connection, (tx) =>
    mintRoomToken(tx, { projectId, roomId, participant, ttlSeconds: 60 }),
  );
  await connection.db
    .update(roomTokens)
    .set(spent)
    .where(eq(roomTokens.hash, digest(roomToken)));
  return roomToken;
}

const end = (roomId: RoomId) => endRoom(database.connection, { projectId: database.projectId, roomId });

const LONG_AGO = new Date(Date.now() - 3_600_000);

test("spent tokens are refused; those of a room that has ended are left to who says so", async () => {
  const roomId = await database.room();
  const used = await token(roomId, { usedAt: LONG_AGO });
  const expired = await token(roomId, { expiresAt: LONG_AGO });
  expect(await screened(joining(used), joining(expired))).toEqual(["invalid_token", "invalid_token"]);
  await end(roomId);
  expect(await screened(joining(used), joining(newCallToken()), joining(expired))).toEqual([
    "to be verified",
    "invalid_token",
    "to be verified",
  ]);
  const codes = [await codeOf(verified(used)), await codeOf(verified(expired))];
  expect(codes).toEqual(["room_terminated", "room_terminated"]);
});

test("who resumes into a room that has ended is left to who says so", async () => {
  const { connection, projectId } = database;
  const resuming = (roomId: RoomId) =>
    ({ kind: "resume", roomId, peerId: newPeerId(), resumeToken: newReconnectToken() }) as const;
  const [ended, open, unknown] = [
    resuming(await database.room()),
    resuming(await database.room()),
    resuming(newRoomId()),
  ];
  expect(await screened(ended, open)).toEqual(["invalid_reconnect", "invalid_reconnect"]);
  await end(ended.roomId);
  expect(await screened(unknown, ended, open)).toEqual(["invalid_reconnect", "to be verified", "invalid_reconnect"]);
  const claim = { roomId: ended.roomId, resumeHash: digest(ended.resumeToken) };
  expect(await codeOf(findHomeByResumeToken(connection, projectId, claim))).toBe("room_terminated");
});

test("a token of a call is left to who tells what it is for", async () => {
  const [callId, callToken] = [crypto.randomUUID(), newCallToken()];
  const { connection, projectId } = database;
  await connection.db.insert(calls).values({ id: callId, projectId, accessControl: "public" });
  const expiresAt = sql`now() + interval '1 minute'`;
  await connection.db.insert(callTokens).values({ hash: digest(callToken), callId, expiresAt });
  expect(await screened(joining(newCallToken()), joining(callToken))).toEqual(["invalid_token", "to be verified"]);
  await expect(verified(callToken)).rejects.toThrow("This is a call token");
});
