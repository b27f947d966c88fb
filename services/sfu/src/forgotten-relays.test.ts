import { type Bus, RemoteFailure } from "@radist-tech/bus";
import { roomPeers } from "@radist-tech/db";
import { RelayBatch } from "@radist-tech/protocol/bus";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

/** A bus that loses what tells a room's home that a socket is gone. */
function losingEnds(bus: Bus): Bus {
  return {
    get connected() {
      return bus.connected;
    },
    publish: (...message) => bus.publish(...message),
    subscribe: (...interest) => bus.subscribe(...interest),
    respond: (...interest) => bus.respond(...interest),
    onStatus: (listener) => bus.onStatus(listener),
    close: () => bus.close(),
    [Symbol.asyncDispose]: () => bus.close(),
    async request(subject, data, options) {
      if (subject.endsWith(".inbound") && RelayBatch.parse(JSON.parse(Buffer.from(data).toString())).end) {
        throw new RemoteFailure(subject);
      }
      return bus.request(subject, data, options);
    },
  };
}

test("a room's home finds out that the node of a peer's socket has forgotten the peer", async () => {
  await using cluster = await startCluster({
    nodes: 2,
    env: { COMPARE_ROWS_MS: "300", PING_INTERVAL_MS: "300" },
    busOf: (bus, node) => (node === 0 ? bus : losingEnds(bus)),
  });
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId, { node: 0 });
  await using resuming = await joins(cluster, roomId, { node: 1 });
  await using leaving = await joins(cluster, roomId, { node: 1, features: "presence" });
  await using silent = await joins(cluster, roomId, { node: 1 });

  resuming.socket.terminate();
  leaving.socket.terminate();
  expect(await alice.hears("peer-disconnected")).toMatchObject({ peerId: resuming.peerId });
  expect(await alice.hears("peer-left")).toMatchObject({ peerId: leaving.peerId, reason: "disconnected" });
  await until(async () => {
    const rows = await cluster.connection.db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
    const connected = rows.filter(({ status }) => status === "connected").map(({ peerId }) => peerId);
    return rows.length === 3 && connected.length === 2 && connected.includes(silent.peerId);
  });
  expect(await silent.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
});
