import { callPeers, calls, heldSignals } from "@radist-tech/db";
import type { CallId, NodeId } from "@radist-tech/protocol";
import { SUBJECTS } from "@radist-tech/protocol/bus";
import { and, asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { figure } from "./testing/figure.ts";
import { type Person, twoPeople } from "./testing/people.ts";
import { joinsRaw } from "./testing/raw-person.ts";
import { frame, OPCODE } from "./testing/raw-socket.ts";

const SIGNALS = "radist_signaling_signals_total";

const SOON = { timeout: 60_000, interval: 20 };

/** Holds the lock on a call, so that what else happens to it queues up, in the order of its coming. */
async function lockedCall(cluster: Cluster, callId: string) {
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const done = cluster.connection.db.transaction(async (tx) => {
    await tx.select().from(calls).where(eq(calls.id, callId)).for("update");
    hold();
    await released;
  });
  await held;
  const waiting = sql`select pid from pg_locks where not granted and locktype in ('transactionid', 'tuple')
    and pid in (select pid from pg_stat_activity where datname = current_database())`;
  return {
    queued: (count: number) =>
      vi.waitUntil(
        async () => Array.from((await cluster.connection.db.execute(waiting)) as Iterable<unknown>).length >= count,
        SOON,
      ),
    release: () => {
      release();
      return done;
    },
  };
}

/** What a node that nobody hears of would have written: the peer changes without a word on the bus. */
const rewrite = async (cluster: Cluster, person: Person, changed: Record<string, unknown>): Promise<void> => {
  const { callId, peerId } = person;
  await cluster.connection.db
    .update(callPeers)
    .set(changed)
    .where(and(eq(callPeers.callId, callId), eq(callPeers.peerId, peerId)));
  await cluster.connection.db
    .update(calls)
    .set({ version: sql`${calls.version} + 1` })
    .where(eq(calls.id, callId));
};

const compare = (cluster: Cluster, callId: string): void =>
  cluster.bus.publish(
    SUBJECTS.control,
    Buffer.from(JSON.stringify({ type: "call_ended", callId, reason: "terminated" })),
  );

const payloads = async (person: Person, count: number): Promise<unknown[]> => {
  const heard: unknown[] = [];
  while (heard.length < count) heard.push((await person.hears("signal")).payload);
  return heard;
};

describe("Concurrent events", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** The peer's socket is on a node that answers a release as the test likes. */
  const moveToGhost = async (person: Person, onRelease: () => Promise<void>) => {
    const ghost = `ghost_${crypto.randomUUID()}` as NodeId;
    await cluster.connection.db.update(callPeers).set({ nodeId: ghost }).where(eq(callPeers.peerId, person.peerId));
    return cluster.bus.respond(SUBJECTS.releases(ghost), async () => {
      await onRelease();
      return Buffer.from(JSON.stringify({ frames: [] }));
    });
  };

  test("a reconnection that is stored before the loss of the earlier socket still gets what that socket missed", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    bob.socket.webSocket.pause();
    const delivered = () => figure(cluster.nodes[0], SIGNALS, "delivered_here");
    const before = await delivered();
    alice.signals(bob, "unproven");
    await vi.waitUntil(async () => (await delivered()) === before + 1, SOON);
    const lock = await lockedCall(cluster, callId);
    const returning = bob.reconnects(1);
    await lock.queued(1);
    bob.socket.terminate();
    await lock.queued(2);
    await lock.release();
    await using back = await returning;
    expect(await back.hears("signal")).toMatchObject({ payload: "unproven" });
    await alice.socket.close();
  });

  test("what a peer may not have received follows it in order", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 1]);
    bob.socket.webSocket.pause();
    const delivered = () => figure(cluster.nodes[0], SIGNALS, "delivered_there");
    const before = await delivered();
    for (let number = 0; number < 60; number++) alice.signals(bob, number);
    await vi.waitUntil(async () => (await delivered()) === before + 60, SOON);
    await rewrite(cluster, bob, { status: "disconnected", expiresAt: sql`now() + interval '30 seconds'` });
    compare(cluster, callId);
    const held = () =>
      cluster.connection.db
        .select({ frame: heldSignals.frame })
        .from(heldSignals)
        .where(eq(heldSignals.peerId, bob.peerId))
        .orderBy(asc(heldSignals.id));
    await vi.waitUntil(async () => (await held()).length === 60, SOON);
    expect((await held()).map(({ frame }) => JSON.parse(frame).payload)).toEqual(
      Array.from({ length: 60 }, (_, n) => n),
    );
    bob.socket.terminate();
    await alice.socket.close();
  });

  test("a call that ends while a peer is being admitted ends for that peer, too", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    await using _ghost = await moveToGhost(bob, async () => {
      await cluster.endCall(callId as CallId);
      // Announced before the answer is sent, on the same connection.
      await alice.socket.closed;
    });
    await using back = await bob.reconnects(1);
    expect(await back.socket.next("call_left")).toMatchObject({ reason: "terminated" });
    expect(await back.socket.closed).toMatchObject({ code: 4410 });
  });

  test("a leave that is stored after its caller gave up is announced", { tags: ["long"] }, async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    const lock = await lockedCall(cluster, callId);
    alice.says({ type: "leave", requestId: "bye" });
    expect(await alice.socket.next("error")).toMatchObject({ code: "unavailable", requestId: "bye" });
    await lock.release().catch(() => {});
    expect(await bob.socket.next("peer_left")).toMatchObject({ peerId: alice.peerId });
    await bob.socket.close();
  });

  test("a reconnection that its client has given up takes nothing from the socket that the peer has", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    const lock = await lockedCall(cluster, callId);
    const { peerId, reconnectToken } = alice;
    await using givenUp = await cluster.open({ callId, peerId, reconnectToken });
    expect(await givenUp.next("error")).toMatchObject({ code: "unavailable" });
    await givenUp.closed;
    // Behind the reconnection, which is still waiting for the call.
    alice.says({ type: "leave" });
    await lock.queued(2);
    await lock.release();
    expect(await alice.hears("call_left")).toMatchObject({ reason: "left" });
    await bob.socket.close();
  });

  test("a peer that leaves a call that has just ended is told how it ended", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    await cluster.connection.db
      .update(calls)
      .set({ tombstonedAt: sql`now()`, tombstoneReason: "terminated", version: sql`${calls.version} + 1` })
      .where(eq(calls.id, callId));
    alice.says({ type: "leave" });
    expect(await alice.socket.next()).toMatchObject({ type: "call_left", reason: "terminated" });
    expect(await alice.socket.closed).toMatchObject({ code: 4410 });
    bob.socket.terminate();
  });

  test("a socket whose node missed that it was superseded is told so, and does not reconnect", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 0]);
    await rewrite(cluster, bob, { epoch: 2, nodeId: "elsewhere" });
    compare(cluster, callId);
    expect(await bob.socket.next()).toMatchObject({ type: "call_left", reason: "superseded" });
    expect(await bob.socket.closed).toMatchObject({ code: 4409 });
    alice.socket.terminate();
  });

  test("a peer that did not read reconnects, and gets every signal whose sender got no error", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 0]);
    bob.socket.webSocket.pause();
    const before = await figure(cluster.nodes[0], SIGNALS);
    const filler = "x".repeat(60 * 1024);
    for (let number = 0; number < 40; number++)
      alice.says({
        type: "signal",
        targetPeerId: bob.peerId,
        signalType: "offer",
        payload: { number, filler },
        requestId: String(number),
      });
    expect(await alice.hears("peer_left")).toMatchObject({ reason: "disconnected" });
    await vi.waitUntil(async () => (await figure(cluster.nodes[0], SIGNALS)) === before + 40, SOON);
    const refused = alice.socket.messages.filter(({ type }) => type === "error").length;
    await using back = await bob.reconnects(1);
    const heard = await payloads(back, 40 - refused);
    expect(heard).toHaveLength(40 - refused);
    alice.signals(back, "live");
    expect(await back.hears("signal")).toMatchObject({ payload: "live" });
    await alice.socket.close();
  });
});

test("a locked call does not hold up the chores of other calls", async () => {
  await using cluster = await startCluster({ env: { RECONNECT_WINDOW_MS: "1000" } });
  const people = await Promise.all(Array.from({ length: 6 }, () => twoPeople(cluster, [0, 0])));
  for (const { bob } of people) bob.socket.terminate();
  for (const { alice } of people) expect(await alice.hears("peer_left")).toMatchObject({ reason: "disconnected" });
  const locks = await Promise.all(people.slice(0, 2).map(({ callId }) => lockedCall(cluster, callId)));
  for (const { alice } of people.slice(2)) {
    expect(await alice.hears("peer_left")).toMatchObject({ reason: "expired" });
  }
  await Promise.all(locks.map((lock) => lock.release()));
  for (const { alice } of people.slice(0, 2))
    expect(await alice.hears("peer_left")).toMatchObject({ reason: "expired" });
  for (const { alice } of people) alice.socket.terminate();
});

test("a client that keeps sending after a refusal costs nothing more", { tags: ["long"] }, async () => {
  await using cluster = await startCluster();
  await using person = await joinsRaw(cluster);
  const warnings: Error[] = [];
  const warn = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", warn);
  for (let count = 0; count < 150; count++) person.socket.write(frame(OPCODE.text, "no json"));
  expect((await person.socket.ended).closeCode).toBe(4400);
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});

describe("Drain", () => {
  test("a socket that is being admitted is told to reconnect elsewhere", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const { bob } = await twoPeople(cluster, [0, 0]);
    const ghost = `ghost_${crypto.randomUUID()}` as NodeId;
    await cluster.connection.db.update(callPeers).set({ nodeId: ghost }).where(eq(callPeers.peerId, bob.peerId));
    await using _ghost = await cluster.bus.respond(SUBJECTS.releases(ghost), async () => {
      cluster.nodes[1]?.process?.signal("SIGTERM");
      await vi.waitUntil(async () => !(await fetch(`${cluster.nodes[1]?.url}/readyz`)).ok, SOON);
      return Buffer.from(JSON.stringify({ frames: [] }));
    });
    const { callId, peerId, reconnectToken } = bob;
    await using back = await cluster.open({ callId, peerId, reconnectToken }, 1);
    expect(await back.next("error")).toMatchObject({ code: "unavailable" });
    expect(await back.closed).toMatchObject({ code: 1012 });
    expect(await cluster.nodes[1]?.process?.exited).toBe(0);
  });
});
