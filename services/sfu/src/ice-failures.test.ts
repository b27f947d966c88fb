import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";

test("Reports of failures are accepted, acknowledged, and counted where the socket is.", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId, { features: "resume" });
  await using bob = await joins(cluster, roomId, { node: 1 });
  const counted = (node: number) =>
    cluster.nodes[node]?.metric('radist_ice_failures_total{reason="server_unreachable",service="sfu"}');
  expect([await counted(0), await counted(1)]).toEqual([0, 0]);
  for (const peer of [alice, bob]) {
    expect(peer.joined.accepts).toEqual(["ice-failure"]);
    expect(await peer.asks({ type: "ice-failure", reason: "server_unreachable" })).toMatchObject({ type: "ack" });
  }
  expect([await counted(0), await counted(1)]).toEqual([1, 1]);
  await using back = await alice.resumes();
  expect(back.joined).toMatchObject({ type: "room-resumed", accepts: ["ice-failure"] });
});
