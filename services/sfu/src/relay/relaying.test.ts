import { rooms } from "@radist-tech/db";
import { NodeId } from "@radist-tech/protocol";
import { RelayBatch, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { startCluster } from "../testing/cluster.ts";
import { joins } from "../testing/test-peer.ts";

test("A frame for a home on another node is passed on exactly as the client sent it, and is handled there.", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId, { node: 0 });
  await using bob = await joins(cluster, roomId, { node: 1 });
  const [room] = await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
  const relayed: string[] = [];
  const inbound = SFU_SUBJECTS.inbound(NodeId.parse(room?.homeNodeId));
  await using _listening = await cluster.bus.subscribe(inbound, (data) => {
    relayed.push(...RelayBatch.parse(JSON.parse(Buffer.from(data).toString())).frames);
  });
  const text = `{ "requestId": "spaced",\n "unknown": [1e2],  "type": "get-stats" }`;
  // Answered where the socket is, not where its room is.
  expect(await bob.asks({ type: "ping" })).toMatchObject({ type: "pong" });
  expect(await alice.asks({ type: "ping" })).toMatchObject({ type: "pong" });
  bob.says(text);
  expect(await bob.socket.answer("spaced")).toMatchObject({ type: "stats" });
  expect(relayed).toEqual([text]);
  expect(alice.peerId).not.toBe(bob.peerId);
});
