import { randomUUID } from "node:crypto";
import {
  type Connection,
  connect,
  isDuplicate,
  projects,
  type Transaction,
  transact,
  usageSessions,
} from "@radist-tech/db";
import { newNodeId, newPeerId, newProjectId, newPublicKey, type PeerId } from "@radist-tech/protocol";
import { createLogger, holdLease, type Lease } from "@radist-tech/runtime";
import { freshDatabase } from "@radist-tech/testkit";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { keepCheckpoints, type PresentPeer } from "./checkpoints.ts";
import { closeLostSessions, closeSession } from "./closing.ts";
import { openSession } from "./ledger.ts";

const logger = createLogger({ name: "ledger", level: "silent" });
const SOON = { timeout: 60_000, interval: 10 };
const MINUTE = 60_000;
const projectId = newProjectId();

const kinds = [
  { name: "Postgres", open: freshDatabase },
  { name: "PGlite", open: () => Promise.resolve({ url: "pglite:memory", async [Symbol.asyncDispose]() {} }) },
];

describe.each(kinds)("$name", ({ name, open }) => {
  let connection: Connection;
  let database: Awaited<ReturnType<typeof open>>;
  let lease: Lease;

  const holdNode = (nodeId = newNodeId()): Lease =>
    holdLease({
      connection,
      nodeId,
      service: "test",
      logger,
      times: { leaseMs: 30_000, renewMs: 50 },
      onLapse: () => Promise.resolve(),
      onSuperseded() {},
    });

  beforeAll(async () => {
    database = await open();
    connection = await connect(database.url);
    await connection.migrate();
    await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey: newPublicKey() });
    lease = holdNode();
    await vi.waitUntil(() => lease.holds(), SOON);
  });
  afterAll(async () => {
    await lease.close();
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  interface Peer {
    readonly subjectId: string;
    readonly peerId: PeerId;
  }
  const somebody = (subjectId: string = randomUUID()): Peer => ({ subjectId, peerId: newPeerId() });
  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => transact(connection, work);
  const seat = (tx: Transaction, peer: Peer, node = { nodeId: lease.nodeId, nodeEpoch: lease.epoch }) =>
    openSession(tx, { projectId, kind: "p2p", identity: null, ...peer }, node);
  const seated = async (subjectId?: string, node?: { nodeId: Lease["nodeId"]; nodeEpoch: number }): Promise<Peer> => {
    const peer = somebody(subjectId);
    await inTransaction((tx) => seat(tx, peer, node));
    return peer;
  };
  const ofPeer = ({ subjectId, peerId }: Peer) =>
    and(eq(usageSessions.subjectId, subjectId), eq(usageSessions.peerId, peerId));
  const sessionsOf = (peer: Peer) =>
    connection.db.select().from(usageSessions).where(ofPeer(peer)).orderBy(usageSessions.openedAt);
  const only = async (peer: Peer) => {
    const [session, ...others] = await sessionsOf(peer);
    expect(others).toEqual([]);
    if (!session) throw new Error("There is no session.");
    return session;
  };
  /** As if the session had gone on for so long already. */
  const age = (peer: Peer, openedMs: number, checkpointedMs: number) =>
    connection.db
      .update(usageSessions)
      .set({
        openedAt: sql`now() - ${openedMs} * interval '1 millisecond'`,
        checkpointedAt: sql`now() - ${checkpointedMs} * interval '1 millisecond'`,
      })
      .where(ofPeer(peer));
  const checkpointsOf = (present: readonly PresentPeer[], onFenced?: (count: number) => void, by = lease) =>
    keepCheckpoints({
      connection,
      lease: by,
      logger,
      peers: () => present,
      everyMs: 10,
      ...(onFenced && { onFenced }),
    });

  test("a session opens with its peer's seat and is closed once, with a reason", async () => {
    const peer = await seated();
    const opened = await only(peer);
    expect(opened).toMatchObject({ projectId, kind: "p2p", identity: null, nodeId: lease.nodeId, closedAt: null });
    expect(opened.checkpointedAt).toEqual(opened.openedAt);
    await inTransaction((tx) => closeSession(tx, peer, "left"));
    const closed = await only(peer);
    expect(closed.closeReason).toBe("left");
    expect(closed.closedAt?.getTime()).toBeGreaterThanOrEqual(closed.openedAt.getTime());
    await inTransaction((tx) => closeSession(tx, peer, "again"));
    expect(await only(peer)).toEqual(closed);
  });

  test("a transaction that fails leaves nothing in the ledger", async () => {
    const peer = somebody();
    const failing = inTransaction(async (tx) => {
      await seat(tx, peer);
      throw new Error("no seat after all");
    });
    await expect(failing).rejects.toThrow("no seat after all");
    expect(await sessionsOf(peer)).toEqual([]);
  });

  test("a peer has one open session at a time", async () => {
    const peer = await seated();
    const again = inTransaction((tx) => seat(tx, peer)).catch(isDuplicate);
    expect(await again).toBe(true);
    // The same peer id elsewhere is somebody else.
    await inTransaction((tx) => seat(tx, { ...peer, subjectId: randomUUID() }));
  });

  test("a peer that was last seen a while ago is counted up to that time", async () => {
    const peer = await seated();
    await age(peer, 10 * MINUTE, 5 * MINUTE);
    await inTransaction((tx) => closeSession(tx, peer, "disconnected", 2 * MINUTE));
    const { closedAt, checkpointedAt } = await only(peer);
    const pastCheckpointMs = Number(closedAt) - checkpointedAt.getTime();
    expect(pastCheckpointMs).toBeGreaterThanOrEqual(3 * MINUTE - 1);
    expect(pastCheckpointMs).toBeLessThan(4 * MINUTE);
  });

  test.each([
    ["before its last checkpoint", 20 * MINUTE],
    ["at an unknown time", Number.POSITIVE_INFINITY],
  ])("a peer that was last seen %s is counted up to its checkpoint", async (_when, agoMs) => {
    const peer = await seated();
    await age(peer, 10 * MINUTE, 5 * MINUTE);
    await inTransaction((tx) => closeSession(tx, peer, "disconnected", agoMs));
    const { closedAt, checkpointedAt } = await only(peer);
    expect(closedAt).toEqual(checkpointedAt);
  });

  test("sessions of a lost node close at their last checkpoint; closed ones do not change", async () => {
    const lost = await seated();
    const staying = await seated(lost.subjectId);
    const gone = await seated(lost.subjectId);
    const elsewhere = await seated();
    await inTransaction((tx) => closeSession(tx, gone, "left"));
    for (const peer of [lost, staying, elsewhere]) await age(peer, 10 * MINUTE, 5 * MINUTE);
    await inTransaction((tx) => closeLostSessions(tx, { subjectId: lost.subjectId, peerIds: [lost.peerId] }));
    const closed = await only(lost);
    expect(closed).toMatchObject({ closeReason: "node_lost", closedAt: closed.checkpointedAt });
    expect(await only(staying)).toMatchObject({ closedAt: null });
    await inTransaction((tx) => closeLostSessions(tx, { subjectId: lost.subjectId }));
    expect(await only(staying)).toMatchObject({ closeReason: "node_lost" });
    expect(await only(gone)).toMatchObject({ closeReason: "left" });
    expect(await only(elsewhere)).toMatchObject({ closedAt: null });
  });

  test("a peer that moves from socket to socket is never counted twice", async () => {
    const peer = await seated();
    for (let times = 0; times < 20; times++) {
      await inTransaction(async (tx) => {
        await closeSession(tx, peer, "superseded");
        await seat(tx, peer);
      });
    }
    const sessions = await sessionsOf(peer);
    expect(sessions).toHaveLength(21);
    for (const [index, { openedAt }] of sessions.slice(1).entries()) {
      expect(openedAt.getTime()).toBeGreaterThanOrEqual(Number(sessions[index]?.closedAt));
    }
  });

  describe("checkpoints", () => {
    test("extend the sessions of the peers on this node", async () => {
      const here = [await seated(), await seated()];
      const away = await seated();
      for (const peer of [...here, away]) await age(peer, 10 * MINUTE, 5 * MINUTE);
      const before = await only(away);
      await using _keeping = checkpointsOf(here);
      for (const peer of here) {
        await vi.waitUntil(async () => (await only(peer)).checkpointedAt > before.checkpointedAt, SOON);
        const { checkpointedAt, openedAt } = await only(peer);
        expect(checkpointedAt.getTime() - openedAt.getTime()).toBeGreaterThanOrEqual(10 * MINUTE);
      }
      expect(await only(away)).toEqual(before);
    });

    test("count a peer up to when it was last heard, and never go back", async () => {
      const [silent, mute] = [await seated(), await seated()];
      for (const peer of [silent, mute]) await age(peer, 10 * MINUTE, 5 * MINUTE);
      const before = await only(mute);
      await using _keeping = checkpointsOf([
        { ...silent, agoMs: 2 * MINUTE },
        { ...mute, agoMs: 8 * MINUTE },
      ]);
      const goneOnMs = async () => (await only(silent)).checkpointedAt.getTime() - before.checkpointedAt.getTime();
      await vi.waitUntil(async () => (await goneOnMs()) > MINUTE, SOON);
      expect(await goneOnMs()).toBeLessThan(4 * MINUTE);
      expect(await only(mute)).toEqual(before);
    });

    test("of a node that was frozen are refused for peers that others declared lost or took over", async () => {
      const [kept, lost, taken] = [await seated(), await seated(), await seated()];
      await inTransaction((tx) => closeLostSessions(tx, lost));
      const other = { nodeId: newNodeId(), nodeEpoch: 1 };
      await inTransaction(async (tx) => {
        await closeSession(tx, taken, "superseded");
        await seat(tx, taken, other);
      });
      for (const peer of [lost, taken]) await age(peer, 10 * MINUTE, 5 * MINUTE);
      const before = [await sessionsOf(lost), await sessionsOf(taken)];
      const { promise: fenced, resolve } = Promise.withResolvers<number>();
      await using _keeping = checkpointsOf([kept, lost, taken], resolve);
      // Who was declared lost is found by the comparison after the freeze.
      expect(await fenced).toBe(1);
      expect([await sessionsOf(lost), await sessionsOf(taken)]).toEqual(before);
    });

    test("of an earlier process are refused for the sessions of a later one with the same id", async () => {
      const nodeId = newNodeId();
      await using earlier = holdNode(nodeId);
      await vi.waitUntil(() => earlier.holds(), SOON);
      const old = await seated(undefined, { nodeId, nodeEpoch: earlier.epoch });
      await using later = holdNode(nodeId);
      await vi.waitUntil(() => later.holds() && !earlier.holds(), SOON);
      const fresh = await seated(undefined, { nodeId, nodeEpoch: later.epoch });
      for (const peer of [old, fresh]) await age(peer, 10 * MINUTE, 5 * MINUTE);
      const before = [await only(old), await only(fresh)];

      const fenced = vi.fn();
      await using _late = checkpointsOf([old, fresh], fenced, earlier);
      const { promise: refused, resolve } = Promise.withResolvers<number>();
      await using _now = checkpointsOf([old, fresh], resolve, later);
      expect(await refused).toBe(1);
      await vi.waitUntil(
        async () => Number((await only(fresh)).checkpointedAt) > Number(before[1]?.checkpointedAt),
        SOON,
      );
      expect(await only(old)).toEqual(before[0]);
      // Who holds no lease does not even ask.
      expect(fenced).not.toHaveBeenCalled();
    });

    test("peers are pinged before each", async () => {
      const order: string[] = [];
      const { promise: enough, resolve } = Promise.withResolvers<void>();
      await using _keeping = keepCheckpoints({
        connection,
        lease,
        logger,
        everyMs: 10,
        ask: () => order.push("ask"),
        peers: () => {
          if (order.push("see") >= 6) resolve();
          return [];
        },
      });
      await enough;
      expect(order.slice(0, 6)).toEqual(["ask", "see", "ask", "see", "ask", "see"]);
    });

    test("none is made after disposal", async () => {
      const peer = await seated();
      await age(peer, 10 * MINUTE, 5 * MINUTE);
      const before = await only(peer);
      const keeping = checkpointsOf([peer]);
      await vi.waitUntil(async () => (await only(peer)).checkpointedAt > before.checkpointedAt, SOON);
      await keeping[Symbol.asyncDispose]();
      const after = await only(peer);
      await inTransaction((tx) => closeLostSessions(tx, peer));
      expect((await only(peer)).closedAt).toEqual(after.checkpointedAt);
    });
  });

  // The embedded database has one connection: nothing there crosses.
  if (name === "PGlite") return;

  test("a session that is being closed does not hold up the checkpoints of others", async () => {
    const [leaving, staying] = [await seated(), await seated()];
    await age(staying, 10 * MINUTE, 5 * MINUTE);
    const before = await only(staying);
    await inTransaction(async (tx) => {
      await closeSession(tx, leaving, "left");
      await using _keeping = checkpointsOf([leaving, staying]);
      await vi.waitUntil(async () => (await only(staying)).checkpointedAt > before.checkpointedAt, SOON);
    });
  });

  test("a peer whose return began before its departure was committed is not counted twice", async () => {
    const subject = await connection.db
      .insert(projects)
      .values({ id: newProjectId(), name: "lock", publicKey: newPublicKey() })
      .returning({ id: projects.id });
    const lock = (tx: Transaction) =>
      tx
        .select()
        .from(projects)
        .where(eq(projects.id, String(subject[0]?.id)))
        .for("update");
    const peer = await seated();
    const [begun, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const returning = inTransaction(async (tx) => {
      await tx.execute(sql`select now()`);
      begun.resolve();
      await closed.promise;
      await lock(tx);
      await seat(tx, peer);
    });
    await begun.promise;
    await inTransaction(async (tx) => {
      await lock(tx);
      await closeSession(tx, peer, "left");
    });
    closed.resolve();
    await returning;
    const [first, second] = await sessionsOf(peer);
    expect(Number(second?.openedAt)).toBeGreaterThanOrEqual(Number(first?.closedAt));
  });
});
