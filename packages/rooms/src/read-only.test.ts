import { type Connection, isUnavailable } from "@radist-tech/db";
import { type Epoch, newCallToken, newNodeId, newPeerId, newReconnectToken, newRoomId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findConnectedSeats, findHomesOf, findLostClaims, findSeated, findStandingHomes } from "./compare.ts";
import { digest } from "./digest.ts";
import { findHomeByResumeToken, findHomeByToken, isUnanswered } from "./home-lookup.ts";
import { findRoom } from "./read.ts";
import { screenCredentials } from "./screening.ts";
import { RoomsDatabase } from "./testing/database.ts";

let database: RoomsDatabase;
/** One session, of a server that was the primary before a failover: it still reads. */
let demoted: Connection;
beforeAll(async () => {
  database = await RoomsDatabase.open("Postgres");
  demoted = database.connection.apart();
});
afterAll(async () => {
  await demoted.close();
  await database[Symbol.asyncDispose]();
});

const roomId = newRoomId();
const claim = { roomId, epoch: 1 as Epoch };
const roomToken = newCallToken();
const tokenHash = digest(roomToken);
const resumeToken = newReconnectToken();
const resumed = { roomId, resumeHash: digest(resumeToken) };

test.each<[string, () => Promise<unknown>]>([
  ["a token to join by", () => screenCredentials(demoted, [{ kind: "join", roomToken }])],
  [
    "a token to resume by",
    () => screenCredentials(demoted, [{ kind: "resume", roomId, peerId: newPeerId(), resumeToken }]),
  ],
  ["a token's room", () => findHomeByToken(demoted, database.projectId, { tokenHash, attemptHash: null })],
  ["a resuming peer's room", () => findHomeByResumeToken(demoted, database.projectId, resumed)],
  ["a used token's peer", () => isUnanswered(demoted, tokenHash)],
  ["a room", () => findRoom(demoted, database.projectId, roomId)],
  ["the claims of a home", () => findLostClaims(demoted, [claim])],
  ["the homes of relayed peers", () => findStandingHomes(demoted, [claim])],
  ["who has a seat", () => findSeated(demoted, [roomId])],
  ["the rooms of a node", () => findHomesOf(demoted, { nodeId: newNodeId(), nodeEpoch: 1 })],
  ["who is connected", () => findConnectedSeats(demoted, [roomId])],
])("on a server that takes no writes, nothing is said of %s", async (_what, read) => {
  await demoted.db.execute(sql`set default_transaction_read_only = on`);
  await expect(read()).rejects.toSatisfy(isUnavailable);
});
