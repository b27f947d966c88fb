import { calls, usageSessions } from "@radist-tech/db";
import { and, asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, type Person, twoPeople } from "./testing/people.ts";

const SOON = { timeout: 60_000, interval: 20 };
type Session = typeof usageSessions.$inferSelect;

const ofPerson = ({ callId, peerId }: Person) =>
  and(eq(usageSessions.subjectId, callId), eq(usageSessions.peerId, peerId));
const sessionsOf = (cluster: Cluster, person: Person): Promise<Session[]> =>
  cluster.connection.db.select().from(usageSessions).where(ofPerson(person)).orderBy(asc(usageSessions.openedAt));

/** As if the open session had gone on for ten minutes, and its last checkpoint had been five minutes ago. */
const age = (cluster: Cluster, ...people: Person[]) =>
  Promise.all(
    people.map((person) =>
      cluster.connection.db
        .update(usageSessions)
        .set({ openedAt: sql`now() - interval '10 minutes'`, checkpointedAt: sql`now() - interval '5 minutes'` })
        .where(ofPerson(person)),
    ),
  );

/** The first session of somebody, once it is closed. */
async function closed(cluster: Cluster, person: Person): Promise<Session & { closedAt: Date }> {
  await vi.waitUntil(async () => (await sessionsOf(cluster, person))[0]?.closedAt, SOON);
  const [session] = await sessionsOf(cluster, person);
  if (!session?.closedAt) throw new Error("There is no closed session.");
  return { ...session, closedAt: session.closedAt };
}

const clock = async (cluster: Cluster): Promise<Date> => {
  const now = sql`clock_timestamp()`.mapWith(usageSessions.openedAt);
  const [row] = await cluster.connection.db.select({ now }).from(sql`(values (1)) as one`);
  return row?.now ?? new Date(Number.NaN);
};

describe("Leaving a call", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, env: { CHECKPOINT_MS: "3600000" } });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const counted = { upToNow: "up to now", upToCheckpoint: "up to the checkpoint" };
  /** How a session ended, and how far it counts. */
  const ending = async (person: Person) => {
    const { closeReason, closedAt, checkpointedAt } = await closed(cluster, person);
    const goneOnMs = closedAt.getTime() - checkpointedAt.getTime();
    return [closeReason, goneOnMs > 0 ? counted.upToNow : counted.upToCheckpoint];
  };

  test("a peer that joins is counted from then on", async () => {
    const before = await clock(cluster);
    const { callId, alice, bob } = await twoPeople(cluster, [0, 1]);
    const after = await clock(cluster);
    for (const person of [alice, bob]) {
      const sessions = await sessionsOf(cluster, person);
      expect(sessions).toMatchObject([{ kind: "p2p", subjectId: callId, identity: null, closedAt: null }]);
      expect(Number(sessions[0]?.openedAt)).toBeGreaterThanOrEqual(before.getTime());
      expect(Number(sessions[0]?.openedAt)).toBeLessThanOrEqual(after.getTime());
    }
    await Promise.all([alice.socket.close(), bob.socket.close()]);
  });

  test("leaving", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    await age(cluster, alice, bob);
    for (const person of [alice, bob]) {
      person.says({ type: "leave" });
      await person.hears("call_left");
      expect(await ending(person)).toEqual(["left", counted.upToNow]);
    }
  });

  test("a socket that is closed is counted again from the reconnection", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    await age(cluster, bob);
    await bob.socket.close();
    expect(await ending(bob)).toEqual(["disconnected", counted.upToNow]);
    await using _back = await bob.reconnects(0);
    const [first, second, ...more] = await sessionsOf(cluster, bob);
    expect([second?.closedAt, more]).toEqual([null, []]);
    expect(Number(second?.openedAt)).toBeGreaterThanOrEqual(Number(first?.closedAt));
    await alice.socket.close();
  });

  test("a socket that breaks is counted up to the last time it was heard", async () => {
    const { callTokens } = await cluster.createCall();
    const alice = await joins(cluster, String(callTokens[0]));
    const bob = await joins(cluster, String(callTokens[1]), 1, true);
    alice.says({ type: "signal", targetPeerId: "peer_nobody", signalType: "offer" });
    expect(await alice.hears("error")).toMatchObject({ code: "peer_not_found" });
    await age(cluster, alice, bob);
    for (const { socket } of [alice, bob]) socket.terminate();
    expect(await ending(alice)).toEqual(["disconnected", counted.upToNow]);
    // Seen when it was seated, and not since.
    expect(await ending(bob)).toEqual(["disconnected", counted.upToCheckpoint]);
  });

  test("an expired window counts nothing more", async () => {
    await using hasty = await startCluster({ env: { RECONNECT_WINDOW_MS: "50", CHECKPOINT_MS: "20" } });
    const { alice, bob } = await twoPeople(hasty);
    await bob.socket.close();
    const before = await closed(hasty, bob);
    expect(await alice.hears("peer_left")).toMatchObject({ reason: "disconnected" });
    expect(await alice.hears("peer_left")).toMatchObject({ reason: "expired" });
    expect(await sessionsOf(hasty, bob)).toEqual([before]);
    await alice.socket.close();
  });

  test("a socket that another one supersedes", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 0]);
    for (const person of [alice, bob]) person.signals(person === alice ? bob : alice, "I am here");
    await Promise.all([alice.hears("signal"), bob.hears("signal")]);
    await age(cluster, alice, bob);
    await using here = await alice.reconnects(0);
    await using there = await bob.reconnects(1);
    expect(await ending(alice)).toEqual(["superseded", counted.upToNow]);
    // The other node cannot know until when the earlier socket was there.
    expect(await ending(bob)).toEqual(["superseded", counted.upToCheckpoint]);
    for (const person of [here, there]) {
      const [first, second, ...more] = await sessionsOf(cluster, person);
      expect([second?.closedAt, more]).toEqual([null, []]);
      expect(Number(second?.openedAt)).toBeGreaterThanOrEqual(Number(first?.closedAt));
    }
  });

  test("a call that the API ends: its nodes close the sessions, up to the end", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, [0, 1]);
    await age(cluster, alice, bob);
    await cluster.endCall(callId);
    const [call] = await cluster.connection.db.select().from(calls).where(eq(calls.id, callId));
    for (const person of [alice, bob]) {
      expect(await person.socket.closed).toMatchObject({ code: 4410 });
      await vi.waitFor(async () => {
        const sessions = await sessionsOf(cluster, person);
        expect(sessions).toMatchObject([{ closeReason: "terminated", closedAt: call?.tombstonedAt }]);
      }, SOON);
    }
  });

  test("a join that its caller has given up is not counted, and its token is free", async () => {
    const { callId, callTokens } = await cluster.createCall();
    const { promise: refused, resolve: refuse } = Promise.withResolvers<void>();
    await Promise.all([
      cluster.connection.db.transaction(async (tx) => {
        await tx.select().from(calls).where(eq(calls.id, callId)).for("update");
        await refused;
      }),
      cluster.open({ callToken: String(callTokens[0]) }).then(async (socket) => {
        expect(await socket.next("error")).toMatchObject({ code: "unavailable" });
        refuse();
      }),
    ]);
    const sessions = () =>
      cluster.connection.db.select().from(usageSessions).where(eq(usageSessions.subjectId, callId));
    // It waits for the call behind the one that was given up.
    await using again = await joins(cluster, String(callTokens[0]));
    expect(await sessions()).toMatchObject([{ peerId: again.peerId, closedAt: null }]);
  });
});

describe("Checkpoints", () => {
  const env = { CHECKPOINT_MS: "100" };
  const goesOn = (cluster: Cluster, person: Person): Promise<unknown> =>
    vi.waitUntil(async () => {
      const last = (await sessionsOf(cluster, person)).at(-1);
      return last && last.checkpointedAt > last.openedAt;
    }, SOON);

  test("count only peers that show that they are there", async () => {
    await using cluster = await startCluster({ nodes: 2, env });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    await using silent = await joins(cluster, String((await cluster.createCall()).callTokens[0]));
    silent.socket.webSocket.pause();
    await age(cluster, alice, bob, silent);
    const reached = async (person: Person) => Number((await sessionsOf(cluster, person))[0]?.checkpointedAt);
    const beyond = (person: Person, time: number) => vi.waitUntil(async () => (await reached(person)) > time, SOON);
    const aged = Math.max(await reached(alice), await reached(bob));
    for (const person of [alice, bob]) await beyond(person, aged);
    // Up to here it may have been heard: an answer was on its way when it fell silent.
    const silentSince = (await clock(cluster)).getTime();
    await beyond(alice, silentSince);
    expect(await reached(silent)).toBeLessThanOrEqual(silentSince);
    await Promise.all([alice.socket.close(), bob.socket.close()]);
  });

  test("kill -9: another node closes the session at its last checkpoint, and nobody is counted twice", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true, env });
    const one = await twoPeople(cluster, [0, 1]);
    const two = await twoPeople(cluster, [0, 1]);
    for (const person of [one.alice, one.bob, two.bob]) await goesOn(cluster, person);
    const { process } = cluster.nodes[1] ?? {};
    process?.signal("SIGKILL");
    await process?.exited;
    const died = await clock(cluster);
    // One comes back before anybody has noticed, the other is declared lost.
    await using early = await one.bob.reconnects(0);
    expect(await two.alice.hears("peer_left")).toMatchObject({ peerId: two.bob.peerId, reason: "disconnected" });
    await using _late = await two.bob.reconnects(0);
    for (const [bob, reason] of [
      [one.bob, "superseded"],
      [two.bob, "node_lost"],
    ] as const) {
      const first = await closed(cluster, bob);
      expect(first).toMatchObject({ closeReason: reason, closedAt: first.checkpointedAt });
      expect(first.closedAt.getTime()).toBeLessThanOrEqual(died.getTime());
      const [, second] = await sessionsOf(cluster, bob);
      expect(Number(second?.openedAt)).toBeGreaterThanOrEqual(died.getTime());
    }
    await goesOn(cluster, early);
    expect(await sessionsOf(cluster, one.alice)).toMatchObject([{ closedAt: null }]);
  });

  test("SIGSTOP beyond the lease: what others closed stays as it is when the node wakes up", {
    tags: ["long"],
  }, async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true, env });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    await goesOn(cluster, bob);
    const { process } = cluster.nodes[1] ?? {};
    process?.signal("SIGSTOP");
    expect(await alice.hears("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    const first = await closed(cluster, bob);
    expect(first).toMatchObject({ closeReason: "node_lost", closedAt: first.checkpointedAt });
    process?.signal("SIGCONT");
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    await using back = await bob.reconnects(1);
    await goesOn(cluster, back);
    const [still, , ...more] = await sessionsOf(cluster, bob);
    expect({ ...still, more }).toEqual({ ...first, more: [] });
    await alice.socket.close();
  });

  test("SIGTERM: sessions end with the sockets", async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true, env });
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    const { process } = cluster.nodes[1] ?? {};
    process?.signal("SIGTERM");
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    expect(await process?.exited).toBe(0);
    expect(await closed(cluster, bob)).toMatchObject({ closeReason: "disconnected" });
    expect(await sessionsOf(cluster, alice)).toMatchObject([{ closedAt: null }]);
    await alice.socket.close();
  });
});
