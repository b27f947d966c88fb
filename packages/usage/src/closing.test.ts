import { randomUUID } from "node:crypto";
import { type Connection, connect, endWith, events, nodes, projects, transact, usageSessions } from "@radist-tech/db";
import { numberEvents, readEvents } from "@radist-tech/events";
import { Event, newNodeId, newPeerId, newProjectId, newPublicKey, type PeerId } from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { and, eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Closing, closeLostSessions, closeSession, closeSessions, closingById } from "./closing.ts";
import { openSessions } from "./ledger.ts";
import { lostSessions } from "./lost-sessions.ts";

const MINUTE_MS = 60_000;
const projectId = newProjectId();
const DATABASES = [
  { name: "Postgres", open: freshDatabase },
  { name: "PGlite", open: () => Promise.resolve({ url: "pglite:memory", async [Symbol.asyncDispose]() {} }) },
];

describe.each(DATABASES)("$name", ({ name, open }) => {
  let connection: Connection;
  let database: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    database = await open();
    connection = await connect(database.url);
    await connection.migrate();
    await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey: newPublicKey() });
  });
  afterAll(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  interface Peer {
    readonly subjectId: string;
    readonly peerId: PeerId;
  }

  /** Opens sessions, ten minutes ago and checkpointed five minutes ago. */
  const opened = async (count: number, node = { nodeId: newNodeId(), nodeEpoch: 1 }): Promise<Peer[]> => {
    const peers = Array.from({ length: count }, () => ({ subjectId: randomUUID(), peerId: newPeerId() }));
    const entries = peers.map((peer) => ({ ...peer, projectId, kind: "room" as const, identity: null }));
    const ids = await transact(connection, (tx) => openSessions(tx, entries, node));
    const before = (minutes: number) => sql`now() - ${minutes}::int * interval '1 minute'`;
    await connection.db
      .update(usageSessions)
      .set({ openedAt: before(10), checkpointedAt: before(5) })
      .where(inArray(usageSessions.id, ids));
    return peers;
  };
  const sessionOf = async ({ subjectId, peerId }: Peer) => {
    const [session] = await connection.db
      .select()
      .from(usageSessions)
      .where(and(eq(usageSessions.subjectId, subjectId), eq(usageSessions.peerId, peerId)));
    if (!session) throw new Error("There is no session.");
    return session;
  };
  const factsOf = async (peer: Peer) => {
    const { id } = await sessionOf(peer);
    return connection.db.select().from(events).where(eq(events.subjectId, id));
  };
  const close = (closings: readonly Closing[]) => transact(connection, (tx) => closeSessions(tx, closings));

  test("closing a session records a fact that agrees with the ledger", async () => {
    const peers = await opened(3);
    const [first, second, third] = peers as [Peer, Peer, Peer];
    await connection.db.update(usageSessions).set({ identity: "ada" }).where(eq(usageSessions.peerId, second.peerId));
    await close([
      { ...first, reason: "left", agoMs: MINUTE_MS },
      { ...second, reason: "kicked", agoMs: Number.POSITIVE_INFINITY },
      { subjectId: randomUUID(), peerId: newPeerId(), reason: "left" },
    ]);
    await transact(connection, (tx) => closeLostSessions(tx, third));
    await numberEvents(connection);
    const { events: read } = await readEvents(connection, projectId, { limit: 1_000 });
    for (const [peer, reason] of [
      [first, "left"],
      [second, "kicked"],
      [third, "node_lost"],
    ] as const) {
      const session = await sessionOf(peer);
      const fact = read.find(({ subject }) => subject.id === session.id);
      expect(Event.parse(fact)).toEqual({
        eventId: fact?.eventId,
        type: "usage.session_closed",
        projectId,
        subject: { kind: "session", id: session.id },
        seq: 1,
        occurredAt: session.closedAt?.toISOString(),
        data: {
          kind: "room",
          ...peer,
          ...(peer === second && { identity: "ada" }),
          openedAt: session.openedAt.toISOString(),
          closedAt: session.closedAt?.toISOString(),
          seconds: (Number(session.closedAt) - Number(session.openedAt)) / 1_000,
          reason,
        },
      });
    }
    expect((await sessionOf(second)).closedAt).toEqual((await sessionOf(second)).checkpointedAt);
  });

  test("a closed session does not change, and has one fact", async () => {
    const [peer] = (await opened(1)) as [Peer];
    await transact(connection, (tx) => closeSession(tx, peer, "left"));
    const closed = await sessionOf(peer);
    await transact(connection, (tx) => closeSession(tx, peer, "again"));
    await transact(connection, (tx) => closeLostSessions(tx, peer));
    expect(await sessionOf(peer)).toEqual(closed);
    expect(await factsOf(peer)).toHaveLength(1);
  });

  test("no session extends beyond the end of its call or room", async () => {
    const [early, late, byId] = (await opened(3)) as [Peer, Peer, Peer];
    const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
    const [beforeCheckpoint, beforeLastSeen] = [ago(7), ago(2)];
    await close([
      { ...early, reason: "terminated", notAfter: beforeCheckpoint },
      { ...late, reason: "terminated", notAfter: beforeLastSeen },
    ]);
    const { id } = await sessionOf(byId);
    for (const agoMs of [0, Number.POSITIVE_INFINITY]) {
      const closing = { sessionId: id, reason: "terminated", agoMs, notAfter: beforeLastSeen };
      await transact(connection, (tx) => endWith(tx, closingById([closing])));
    }
    expect(await sessionOf(byId)).toMatchObject({ closedAt: beforeLastSeen, closeReason: "terminated" });
    expect(await factsOf(byId)).toHaveLength(1);
    expect((await sessionOf(early)).closedAt).toEqual(beforeCheckpoint);
    expect((await sessionOf(late)).closedAt).toEqual(beforeLastSeen);
  });

  test("an empty list closes and opens nothing", async () => {
    await close([]);
    expect(await transact(connection, (tx) => openSessions(tx, [], { nodeId: newNodeId(), nodeEpoch: 1 }))).toEqual([]);
  });

  describe("sessions of lost nodes", () => {
    const lost = (mayJudge = true) =>
      lostSessions(connection, { mayJudge: () => mayJudge }).run(new AbortController().signal);
    const nodeWhoseLease = async (endedMinutesAgo: number, epoch = 1) => {
      const id = newNodeId();
      const leaseUntil = sql`now() - ${endedMinutesAgo}::int * interval '1 minute'`;
      await connection.db.insert(nodes).values({ id, service: "test", epoch, leaseUntil });
      return id;
    };

    test("close at their last checkpoints once their nodes have been gone long enough", async () => {
      const gone = await opened(3, { nodeId: await nodeWhoseLease(2), nodeEpoch: 1 });
      const recent = await opened(1, { nodeId: await nodeWhoseLease(0), nodeEpoch: 1 });
      const living = await nodeWhoseLease(-1, 2);
      const kept = await opened(1, { nodeId: living, nodeEpoch: 2 });
      const earlier = await opened(1, { nodeId: living, nodeEpoch: 1 });
      await lost(false);
      for (const peer of [...gone, ...earlier]) expect((await sessionOf(peer)).closedAt).toBeNull();
      await lost();
      await lost();
      for (const peer of [...gone, ...earlier]) {
        const session = await sessionOf(peer);
        expect(session).toMatchObject({ closeReason: "node_lost", closedAt: session.checkpointedAt });
        expect(await factsOf(peer)).toHaveLength(1);
      }
      for (const peer of [...recent, ...kept]) expect((await sessionOf(peer)).closedAt).toBeNull();
    });
  });

  // The embedded database has one connection: nothing there crosses.
  if (name === "PGlite") return;

  test("sessions that several transactions close at once are closed once, without a deadlock", async () => {
    const peers = await opened(200);
    const closings = peers.map((peer) => ({ ...peer, reason: "left" }));
    const orders = [closings, closings.toReversed(), closings.toSorted((a, b) => a.peerId.localeCompare(b.peerId))];
    await Promise.all(orders.map(close));
    for (const peer of peers) expect(await factsOf(peer)).toHaveLength(1);
  });
});
