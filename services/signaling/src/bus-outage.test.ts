import { ownNats } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { testBusOutage } from "./testing/bus-outage.ts";
import { startCluster } from "./testing/cluster.ts";
import { figure } from "./testing/figure.ts";
import { joins, twoPeople } from "./testing/people.ts";

testBusOutage({ pairs: 12, windowMs: 2_000, by: "SIGKILL" });

test("a peer that has joined on another node is found before anybody has heard of it", async () => {
  await using nats = await ownNats();
  await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url });
  const { callTokens } = await cluster.createCall();
  await using alice = await joins(cluster, String(callTokens[0]), 0);
  nats.signal("SIGSTOP");
  await using bob = await joins(cluster, String(callTokens[1]), 1);
  alice.signals(bob, "hello");
  // Answered in the order in which they came.
  alice.says({ type: "ping", requestId: "taken" });
  await alice.hears("pong");
  expect(alice.socket.messages.filter(({ type }) => type === "peer_joined")).toEqual([]);
  nats.signal("SIGCONT");
  expect(await bob.hears("signal")).toMatchObject({ payload: "hello", fromPeerId: alice.peerId });
  expect(await alice.hears("peer_joined")).toMatchObject({ peerId: bob.peerId });
  alice.says({ type: "signal", targetPeerId: "peer_0000000000000000", signalType: "offer", requestId: "stranger" });
  expect(await alice.hears("error")).toMatchObject({ code: "peer_not_found", requestId: "stranger" });
  expect(alice.socket.messages.filter(({ type }) => type === "error")).toHaveLength(1);
});

test("what waits for the bus on a lost socket does not arrive after what its sender has since sent elsewhere", async () => {
  await using nats = await ownNats();
  await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url, env: { LEASE_MS: "20000" } });
  const { alice, bob } = await twoPeople(cluster, [0, 1]);
  nats.signal("SIGKILL");
  for (const number of [1, 2, 3]) alice.signals(bob, number);
  // An answer to this proves that the node has read the signals.
  alice.says({ type: "ping" });
  await alice.hears("pong");
  alice.socket.terminate();
  const elsewhere = await alice.reconnects(1);
  elsewhere.signals(bob, 4);
  expect(await bob.hears("signal")).toMatchObject({ payload: 4 });
  await nats.start();
  const refused = () => figure(cluster.nodes[0], "radist_signaling_signals_total", 'outcome="peer_not_connected"');
  await expect.poll(refused).toBe(3);
  elsewhere.signals(bob, 5);
  expect(await bob.hears("signal")).toMatchObject({ payload: 5 });
});

test("what was on the bus when its sender came back elsewhere does not arrive after what it has since sent", async () => {
  await using nats = await ownNats();
  await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url, env: { LEASE_MS: "20000" } });
  const { alice, bob } = await twoPeople(cluster, [0, 1]);
  const { alice: carol, bob: dave } = await twoPeople(cluster, [0, 1]);
  nats.signal("SIGSTOP");
  alice.signals(bob, 1);
  alice.says({ type: "ping" });
  await alice.hears("pong");
  // Its earlier node does not hear of it, and holds the earlier socket open.
  const elsewhere = await alice.reconnects(1);
  elsewhere.signals(bob, 2);
  expect(await bob.hears("signal")).toMatchObject({ payload: 2 });
  nats.signal("SIGCONT");
  // Behind the first, on the same path.
  carol.signals(dave, "a marker");
  await dave.hears("signal");
  elsewhere.signals(bob, 3);
  expect(await bob.hears("signal")).toMatchObject({ payload: 3 });
});
