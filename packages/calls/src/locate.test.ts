import { callPeers } from "@radist-tech/db";
import type { CallId, PeerId } from "@radist-tech/protocol";
import { inArray } from "drizzle-orm";
import { expect, test } from "vitest";
import { locatePeers, nameOfPeer } from "./locate.ts";
import { openCallsDatabase } from "./testing/calls-database.ts";

test("a peer is where its own call has it, and not connected to another call that is asked about at the same time", async () => {
  await using database = await openCallsDatabase();
  const { connection } = database;
  const [callId, otherId] = (await database.createCalls(2, 1)) as [CallId, CallId];
  const rows = await connection.db
    .select()
    .from(callPeers)
    .where(inArray(callPeers.callId, [callId, otherId]));
  const peerOf = (id: CallId) => rows.find((row) => row.callId === id)?.peerId as PeerId;
  const peer = { callId, peerId: peerOf(callId) };
  const otherPeer = { callId: otherId, peerId: peerOf(otherId) };
  const stranger = { callId: otherId, peerId: peer.peerId };
  const located = await locatePeers(connection, [peer, stranger, otherPeer]);
  expect([...located]).toEqual([
    [nameOfPeer(peer), expect.objectContaining({ isConnected: true })],
    [nameOfPeer(stranger), { isConnected: false }],
    [nameOfPeer(otherPeer), expect.objectContaining({ isConnected: true })],
  ]);
  // Asked about alone, each in the other's call.
  const crossed = [stranger, { callId, peerId: otherPeer.peerId }];
  expect([...(await locatePeers(connection, crossed)).values()]).toEqual([
    { isConnected: false },
    { isConnected: false },
  ]);
});
