import { calls, callTokens, transact, usageSessions } from "@radist-tech/db";
import type { CallToken } from "@radist-tech/protocol";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Admitted } from "./admission-batch.ts";
import { createCall } from "./create.ts";
import { type DepartureContext, disconnectPeer, leaveCall, withdrawJoin } from "./depart.ts";
import { endCall } from "./end.ts";
import { holdSignal } from "./held-signals.ts";
import { type Joined, joinCall } from "./join.ts";
import { reconnectPeer } from "./reconnect.ts";
import { closeTerminatedSession, isLossStored, type PeerSession } from "./sessions.ts";
import { LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";

let database: CallsDatabase;
beforeAll(async () => {
  database = await openCallsDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const context = (): DepartureContext => ({ connection: database.connection, limits: LIMITS, onLate() {} });
const admission = () => ({
  ...context(),
  projectId: database.projectId,
  ownerNode: ownerNode("node_here"),
  silentMs: () => 0,
  onLate() {},
});

const createdCall = () =>
  transact(database.connection, (tx) =>
    createCall(tx, { projectId: database.projectId, accessControl: "public", ttlSeconds: 60 }),
  );
const join = (token: CallToken): Promise<Joined> => joinCall(admission(), { callToken: token }, () => {});

const sessionOf = ({ call, peer, sessionId }: Admitted, silentMs = 0): PeerSession => ({
  callId: call.callId,
  peerId: peer.peerId,
  epoch: peer.epoch,
  sessionId,
  silentMs,
});

async function ledger(sessionId: string) {
  const [session] = await database.connection.db.select().from(usageSessions).where(eq(usageSessions.id, sessionId));
  return session;
}

async function endOf(callId: Joined["call"]["callId"]): Promise<Date | null | undefined> {
  const [call] = await database.connection.db
    .select({ at: calls.tombstonedAt })
    .from(calls)
    .where(eq(calls.id, callId));
  return call?.at;
}

test.each([
  ["its node hears of the end", (peer: PeerSession) => closeTerminatedSession(database.connection, peer)],
  ["its socket was lost at the same time", (peer: PeerSession) => disconnectPeer(context(), peer, [])],
  ["it leaves at the same time", (peer: PeerSession) => leaveCall(context(), peer)],
])("A terminated call counts a connected peer up to its end: %s", async (_how, depart) => {
  const { callId, callTokens: tokens } = await createdCall();
  const alice = await join(tokens[0]);
  expect(await endCall(database.connection, database.projectId, callId)).toBe(true);
  expect(await ledger(alice.sessionId)).toMatchObject({ closedAt: null });
  expect(await depart(sessionOf(alice))).toBeUndefined();
  expect(await ledger(alice.sessionId)).toMatchObject({ closeReason: "terminated", closedAt: await endOf(callId) });
});

test("The loss of a superseded socket leaves the later one's session alone, also in a terminated call", async () => {
  const { callId, callTokens: tokens } = await createdCall();
  const first = await join(tokens[0]);
  const { peerId } = first.peer;
  const claim = { callId, peerId, reconnectToken: first.reconnectToken };
  const second = await reconnectPeer(admission(), claim);
  expect(second.superseded).toMatchObject([{ peerId, epoch: 1 }]);
  expect(await disconnectPeer(context(), sessionOf(first), [])).toBeUndefined();
  await endCall(database.connection, database.projectId, callId);
  expect(await disconnectPeer(context(), sessionOf(first), [])).toBeUndefined();
  expect(await ledger(first.sessionId)).toMatchObject({ closeReason: "superseded" });
  expect(await ledger(second.sessionId)).toMatchObject({ closedAt: null });
});

test("A withdrawn join frees its seat and its token, and counts nothing", async () => {
  const { callId, callTokens: tokens } = await createdCall();
  const late = await join(tokens[0]);
  await withdrawJoin(context(), sessionOf(late, Number.POSITIVE_INFINITY), late.tokenHash);
  const session = await ledger(late.sessionId);
  expect(session).toMatchObject({ closeReason: "withdrawn", closedAt: session?.openedAt });
  const [token] = await database.connection.db.select().from(callTokens).where(eq(callTokens.hash, late.tokenHash));
  expect(token?.usedAt).toBeNull();
  const again = await join(tokens[0]);
  expect((await database.factsOf(callId)).map(({ fact }) => [fact.type, fact.data])).toEqual([
    ["call.created", { callId, accessControl: "public" }],
    ["call.participant_joined", { peerId: late.peer.peerId }],
    ["call.participant_left", { peerId: late.peer.peerId, reason: "withdrawn" }],
    ["call.participant_joined", { peerId: again.peer.peerId }],
  ]);
});

test("Signals that a lost socket may not have received come with the reconnection, and are gone once a peer has left", async () => {
  const { callId, callTokens: tokens } = await createdCall();
  const alice = await join(tokens[0]);
  await disconnectPeer(context(), sessionOf(alice), ["first", "second"]);
  const claim = { callId, peerId: alice.peer.peerId, reconnectToken: alice.reconnectToken };
  const back = await reconnectPeer(admission(), claim);
  expect(back.held.map(({ frame }) => frame)).toEqual(["first", "second"]);
  await leaveCall(context(), sessionOf(back));
  expect(await database.connection.db.query.heldSignals.findMany()).toEqual([]);
});

test("whether a loss was stored can be told after the peer's next claim, too", async () => {
  const { callTokens } = await createdCall();
  const joined = await join(callTokens[0]);
  const isStored = (peer: PeerSession): Promise<boolean> => isLossStored(database.connection, peer);
  const peer = sessionOf(joined);
  expect(await isStored(peer)).toBe(false);
  await disconnectPeer(context(), peer, ["a frame"]);
  const { callId, peerId } = peer;
  const claim = { callId, peerId, reconnectToken: joined.reconnectToken };
  const second = sessionOf(await reconnectPeer(admission(), claim));
  // This claim takes over while the second one is connected: its loss is stored by nobody.
  await reconnectPeer(admission(), claim);
  expect(await Promise.all([isStored(peer), isStored(second)])).toEqual([true, false]);
});

test("a signal is not held after its sender has claimed another socket", async () => {
  const { callTokens } = await createdCall();
  const [alice, bob] = [await join(callTokens[0]), await join(callTokens[1])];
  await disconnectPeer(context(), sessionOf(bob), []);
  const target = { callId: bob.call.callId, peerId: bob.peer.peerId };
  const { peerId, epoch } = sessionOf(alice);
  const hold = (frame: string, sender: { peerId: typeof peerId; epoch: typeof epoch }) =>
    holdSignal(database.connection, target, frame, { messages: 10, bytes: 1_000, sender });
  expect(await hold("first", { peerId, epoch })).toEqual({ outcome: "held" });
  const claim = { callId: target.callId, peerId, reconnectToken: alice.reconnectToken };
  const { peer: again } = await reconnectPeer(admission(), claim);
  expect(await hold("late", { peerId, epoch })).toEqual({ outcome: "superseded" });
  expect(await hold("second", again)).toEqual({ outcome: "held" });
});
