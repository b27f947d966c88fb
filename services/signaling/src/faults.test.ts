import { ownNats, ownPostgres } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { describe, expect, test, vi } from "vitest";
import { type Cluster, isReady, startCluster } from "./testing/cluster.ts";
import { figure } from "./testing/figure.ts";
import { joins, twoPeople } from "./testing/people.ts";

const processOf = (cluster: Cluster, node: number) => {
  const { process } = cluster.nodes[node] ?? {};
  if (!process) throw new Error(`Node ${node} is no process of its own.`);
  return process;
};

describe("Nodes that die, freeze and drain", () => {
  test("kill -9: its peers are disconnected within a lease, and reconnect anywhere", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    const other = await twoPeople(cluster, [0, 1]);
    processOf(cluster, 1).signal("SIGKILL");
    await bob.socket.closed;
    // One comes back before anybody has noticed, the other is declared lost and then comes back.
    await using early = await bob.reconnects(0);
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(early, "early");
    expect(await early.hears("signal")).toMatchObject({ payload: "early" });
    other.alice.signals(other.bob, "while it is dead");
    expect(await other.alice.hears("peer_left")).toMatchObject({ peerId: other.bob.peerId, reason: "disconnected" });
    await using late = await other.bob.reconnects(0);
    expect(await late.hears("signal")).toMatchObject({ payload: "while it is dead" });
  });

  test("SIGSTOP: a peer that reconnects elsewhere stays there when the node wakes up", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    processOf(cluster, 1).signal("SIGSTOP");
    await using back = await bob.reconnects(0);
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(back, "one");
    expect(await back.hears("signal")).toMatchObject({ payload: "one" });
    processOf(cluster, 1).signal("SIGCONT");
    const { code } = await bob.socket.closed;
    expect([4409, 1012]).toContain(code);
    alice.signals(back, "two");
    expect(await back.hears("signal")).toMatchObject({ payload: "two" });
    expect(alice.socket.messages.filter(({ type }) => type === "peer_left")).toEqual([]);
  });

  test("SIGSTOP beyond the lease: its peers are lost, its writes are refused, and it closes their sockets", {
    tags: ["long"],
  }, async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    processOf(cluster, 1).signal("SIGSTOP");
    expect(await alice.hears("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    alice.signals(bob, "while it is frozen");
    processOf(cluster, 1).signal("SIGCONT");
    expect(await bob.hears("error")).toMatchObject({ code: "unavailable" });
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    expect(await figure(cluster.nodes[1], "radist_signaling_fenced_total")).toBeGreaterThan(0);
    await using back = await bob.reconnects(1);
    expect(await back.hears("signal")).toMatchObject({ payload: "while it is frozen" });
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
  });

  test("SIGSTOP: what was sent to the frozen node is not delivered after what the same peer sent elsewhere", {
    tags: ["long"],
  }, async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { alice, bob } = await twoPeople(cluster, [1, 0]);
    processOf(cluster, 1).signal("SIGSTOP");
    expect(await bob.hears("peer_left")).toMatchObject({ peerId: alice.peerId, reason: "disconnected" });
    alice.signals(bob, "old");
    await using back = await alice.reconnects(0);
    back.signals(bob, "new");
    expect(await bob.hears("signal")).toMatchObject({ payload: "new" });
    processOf(cluster, 1).signal("SIGCONT");
    await alice.socket.closed;
    back.signals(bob, "last");
    expect(await bob.hears("signal")).toMatchObject({ payload: "last" });
  });

  test("SIGTERM: sockets are told to reconnect elsewhere, and the process exits with 0", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    processOf(cluster, 1).signal("SIGTERM");
    expect(await bob.hears("error")).toMatchObject({ code: "unavailable" });
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    await using back = await bob.reconnects(0);
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(back, 1);
    expect(await back.hears("signal")).toMatchObject({ payload: 1 });
    expect(await processOf(cluster, 1).exited).toBe(0);
  });
});

/** The signals by which Postgres goes; a frozen one is noticed by deadlines, which takes longer. */
const DATABASE_GOES: readonly (readonly ["SIGKILL" | "SIGSTOP", string[]])[] = [
  ["SIGKILL", []],
  ["SIGSTOP", ["long"]],
];

describe("Postgres and NATS", () => {
  for (const [signal, tags] of DATABASE_GOES) {
    test(`Postgres gone by ${signal}: connected peers go on, joins are unavailable, it heals`, { tags }, async () => {
      await using postgres = await ownPostgres();
      await using cluster = await startCluster({ nodes: 2, databaseUrl: postgres.url });
      const { alice, bob } = await twoPeople(cluster, [0, 1]);
      const { callTokens } = await cluster.createCall();
      postgres.signal(signal);
      const refused = await cluster.open({ callToken: String(callTokens[0]) });
      expect(await refused.next("error")).toMatchObject({ code: "unavailable" });
      expect(await refused.closed).toMatchObject({ code: 1012 });
      for (let number = 0; number < 20; number++) alice.signals(bob, number);
      for (let number = 0; number < 20; number++) expect(await bob.hears("signal")).toMatchObject({ payload: number });
      expect((await fetch(`${cluster.nodes[0]?.url}/readyz`)).status).toBe(503);
      if (signal === "SIGKILL") await postgres.start();
      else postgres.signal("SIGCONT");
      await Promise.all(cluster.nodes.map(isReady));
      await using _carol = await joins(cluster, String(callTokens[0]));
      bob.signals(alice, "healed");
      expect(await alice.hears("signal")).toMatchObject({ payload: "healed" });
      expect(alice.socket.messages.filter(({ type }) => type === "peer_left")).toEqual([]);
    });
  }

  test("without the database, signals to peers that are here do not wait for one to a stranger", async () => {
    // A signal that waited would wait for longer than this test may take.
    await using cluster = await startCluster({ env: { LEASE_MS: "600000" } });
    const { alice, bob } = await twoPeople(cluster);
    const { db } = cluster.connection;
    // A table that is missing counts as a database that is away, and needs no time to show.
    await db.execute(sql`alter table call_peers rename to away`);
    alice.says({ type: "signal", targetPeerId: "peer_0000000000000000", signalType: "offer", requestId: "stranger" });
    alice.signals(bob, "still here");
    expect(await bob.hears("signal")).toMatchObject({ payload: "still here" });
    expect(await alice.hears("error")).toMatchObject({ code: "peer_not_connected", requestId: "stranger" });
    await db.execute(sql`alter table away rename to call_peers`);
  });

  test("without NATS, peers on one node keep signaling; those on two get an error or their signals once it is back", async () => {
    await using nats = await ownNats();
    await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url });
    const together = await twoPeople(cluster, [0, 0]);
    const apart = await twoPeople(cluster, [0, 1]);
    nats.signal("SIGKILL");
    for (let number = 0; number < 20; number++) together.alice.signals(together.bob, number);
    for (let number = 0; number < 20; number++) {
      expect(await together.bob.hears("signal")).toMatchObject({ payload: number });
    }
    apart.alice.says({ type: "signal", targetPeerId: apart.bob.peerId, signalType: "offer", requestId: "cut" });
    expect(await apart.alice.hears("error")).toMatchObject({ code: "peer_not_connected", requestId: "cut" });
    // Somebody's loss while the bus is away reaches the other node when it is back.
    const { bob, alice } = apart;
    bob.socket.terminate();
    await vi.waitUntil(async () => (await figure(cluster.nodes[1], "radist_signaling_peers")) === 0, 60_000);
    await nats.start();
    expect(await alice.socket.next("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    await Promise.all(cluster.nodes.map(isReady));
    await using back = await bob.reconnects(1);
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(back, "healed");
    expect(await back.hears("signal")).toMatchObject({ payload: "healed" });
  });
});
