import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";

const processOf = (cluster: Cluster, node: number) => {
  const own = cluster.nodes[node]?.process;
  if (!own) throw new Error(`Node ${node} is no process of its own.`);
  return own;
};

test("One socket that is still being admitted, and one that reads nothing, hold up no other in a drain.", async () => {
  // Nobody else claims the room of a node that is frozen as long as its lease is valid: a join by way of another node waits.
  const env = { LEASE_MS: "600000", LEASE_RENEW_MS: "1000", DRAIN_MS: "600000" };
  await using cluster = await startCluster({ nodes: 2, processes: true, env });
  const [frozen, draining] = [processOf(cluster, 0), processOf(cluster, 1)];
  const roomId = await cluster.createRoom();
  await joins(cluster, roomId, { node: 0 });
  const peers = [];
  for (let room = 0; room < 5; room++) peers.push(await joins(cluster, await cluster.createRoom(), { node: 1 }));
  const [deaf, ...others] = peers;
  deaf?.socket.webSocket.pause();
  const roomToken = await cluster.mintToken(roomId);
  frozen.signal("SIGSTOP");
  const stuck = await cluster.open({ roomToken }, 1);

  draining.signal("SIGTERM");
  for (const { socket } of [...others, { socket: stuck }]) {
    expect(await socket.next("error")).toMatchObject({ code: "unavailable" });
    expect(await socket.closed).toMatchObject({ code: 1012 });
  }
  frozen.signal("SIGCONT");
  expect(await draining.exited).toBe(0);
});
