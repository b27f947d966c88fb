import { type Connection, isUnavailable } from "@radist-tech/db";
import {
  type Epoch,
  newCallId,
  newCallToken,
  newNodeId,
  newPeerId,
  newReconnectToken,
  Refusal,
} from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isUnanswered, joinCall } from "./join.ts";
import { isLatestClaim, loadCalls, loadPeersOf } from "./load.ts";
import { locatePeers } from "./locate.ts";
import { findCall } from "./read.ts";
import { reconnectPeer } from "./reconnect.ts";
import { screenCredentials } from "./screening.ts";
import { LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";

let database: CallsDatabase;
/** One session, of a server that was the primary before a failover: it still reads. */
let demoted: Connection;
beforeAll(async () => {
  database = await openCallsDatabase();
  demoted = database.connection.apart();
});
afterAll(async () => {
  await demoted.close();
  await database[Symbol.asyncDispose]();
});

const peer = { callId: newCallId(), peerId: newPeerId(), epoch: 1 as Epoch };
const callToken = newCallToken();
const claim = { ...peer, reconnectToken: newReconnectToken() };
const context = () => ({
  connection: demoted,
  limits: LIMITS,
  projectId: database.projectId,
  ownerNode: ownerNode("node_here"),
  silentMs: () => 0,
  onLate() {},
});

test.each<[string, () => Promise<unknown>]>([
  ["a token to join by", () => screenCredentials(demoted, [{ kind: "join", callToken }])],
  ["a token to reconnect by", () => screenCredentials(demoted, [{ kind: "reconnect", ...claim }])],
  ["a join", () => joinCall(context(), { callToken }, () => {})],
  ["a reconnect", () => reconnectPeer(context(), claim)],
  ["a used token's peer", () => isUnanswered(demoted, callToken, new Refusal("invalid_token"))],
  ["a peer to send to", () => locatePeers(demoted, [peer])],
  ["a call", () => findCall(demoted, database.projectId, peer.callId)],
  ["what a node shows of its calls", () => loadCalls(demoted, [peer.callId])],
  ["the peers of a node", () => loadPeersOf(demoted, { nodeId: newNodeId(), nodeEpoch: 1 })],
  ["a peer's latest socket", () => isLatestClaim(demoted, peer)],
])("on a server that takes no writes, nothing is said of %s", async (_what, read) => {
  await demoted.db.execute(sql`set default_transaction_read_only = on`);
  await expect(read()).rejects.toSatisfy(isUnavailable);
});
