import { callPeers, calls, transact } from "@radist-tech/db";
import { type CallId, newPeerId, type PeerId } from "@radist-tech/protocol";
import { asc, eq } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { advanceCalls, type CallInput } from "./advance.ts";
import { loadCalls, lockCalls } from "./load.ts";
import type { CallEvent, CallEventName } from "./step.ts";
import { epoch, LIMITS, ownerNode } from "./testing/call-states.ts";
import { type CallsDatabase, openCallsDatabase } from "./testing/calls-database.ts";
import { FactReplay } from "./testing/fact-replay.ts";

/** What happens to one call in one round; `who` is one of its peers, counted from the last. */
interface Move {
  readonly type: CallEventName;
  readonly who: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  type: fc.oneof(
    { weight: 6, arbitrary: fc.constant("join" as const) },
    { weight: 4, arbitrary: fc.constantFrom("disconnect" as const, "reconnect" as const) },
    { weight: 2, arbitrary: fc.constantFrom("leave" as const, "withdraw" as const, "settle" as const) },
    { weight: 1, arbitrary: fc.constant("terminate" as const) },
  ),
  who: fc.nat(2),
});

describe.each([["Postgres", undefined] as const, ["PGlite", "pglite:memory"] as const])("On %s", (_name, url) => {
  let database: CallsDatabase;
  beforeAll(async () => {
    database = await openCallsDatabase(url);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** @param at when. Default: now */
  const advance = (inputs: readonly CallInput[], at?: Date): Promise<unknown> =>
    transact(database.connection, async (tx) => {
      const locked = await lockCalls(tx, [...new Set(inputs.map(({ callId }) => callId))]);
      return advanceCalls(tx, at ? { ...locked, at } : locked, inputs, LIMITS);
    });

  /** The inputs for a round of moves, one for each call, by who is in the call now. */
  async function inputsOf(callIds: readonly CallId[], moves: readonly Move[]): Promise<CallInput[]> {
    const known = await loadCalls(database.connection, callIds);
    return callIds.map((callId, index): CallInput => {
      const { type, who } = moves[index] ?? { type: "settle", who: 0 };
      const peer = known.get(callId)?.peers.at(-1 - who);
      const peerId = type === "join" ? newPeerId() : (peer?.peerId ?? newPeerId());
      const claim = { peerId, epoch: peer?.epoch ?? epoch(1) };
      return { callId, event: eventOf(type, claim), tokens: new Map([[peerId, tokensOf(peerId)]]) };
    });
  }

  /** Everything stored of a call, with its peers by their order, and without times. */
  async function stored(callId: CallId) {
    const { db } = database.connection;
    const [call] = await db.select().from(calls).where(eq(calls.id, callId));
    const peers = await db
      .select()
      .from(callPeers)
      .where(eq(callPeers.callId, callId))
      .orderBy(asc(callPeers.joinedAt));
    const names = new Map(peers.map(({ peerId }, index) => [peerId, `peer ${index}`]));
    const facts = (await database.factsOf(callId)).map(({ seq, fact: { type, data } }) => ({
      seq,
      type,
      who: "peerId" in data ? (names.get(data.peerId) ?? "gone") : "",
      reason: "reason" in data ? data.reason : "",
    }));
    return {
      version: call?.version,
      wasFull: call?.wasFull,
      isIdle: call?.idleSince !== null,
      reason: call?.tombstoneReason,
      eventSeq: call?.eventSeq,
      peers: peers.map(({ status, epoch: claim, nodeId, expiresAt }) => ({
        status,
        claim,
        nodeId,
        waits: expiresAt !== null,
      })),
      facts,
    };
  }

  test("many calls in one batch are stored as one by one, and the outbox tells of each what its row shows", async () => {
    const count = 16;
    const together = await database.createCalls(count);
    const apart = await database.createCalls(count);
    const rounds = fc.sample(fc.array(move, { minLength: count, maxLength: count }), { numRuns: 10, seed: 11 });
    const start = Date.now();
    for (const [round, moves] of rounds.entries()) {
      // However long the machine takes for a round: what may be done to a seat depends on its age.
      const at = new Date(start + round);
      await advance(await inputsOf(together, moves), at);
      for (const input of await inputsOf(apart, moves)) await advance([input], at);
    }
    const now = await loadCalls(database.connection, together);
    for (const [index, callId] of together.entries()) {
      expect(await stored(callId)).toEqual(await stored(apart[index] as CallId));
      const facts = await database.factsOf(callId);
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_fact, position) => position + 1));
      const replay = new FactReplay();
      replay.apply(facts.map(({ fact }) => fact));
      const call = now.get(callId);
      expect(call && FactReplay.pictureOf(call)).toEqual(replay.picture);
    }
  });

  test("several events of one call in one batch follow each other", async () => {
    const [callId] = (await database.createCalls(1)) as [CallId];
    const [alice, bob] = [newPeerId(), newPeerId()];
    const joins = [alice, bob].map((peerId) => ({
      callId,
      event: eventOf("join", { peerId, epoch: epoch(1) }),
      tokens: new Map([[peerId, tokensOf(peerId)]]),
    }));
    await advance(joins);
    await advance(
      [alice, bob].map((peerId) => ({ callId, event: eventOf("disconnect", { peerId, epoch: epoch(1) }) })),
    );
    const call = (await loadCalls(database.connection, [callId])).get(callId);
    expect(call).toMatchObject({ version: 4, peers: [{ status: "disconnected" }, { status: "disconnected" }] });
    expect((await database.factsOf(callId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  test("batches that share calls never deadlock, and lose no step", async () => {
    const callIds = await database.createCalls(40);
    const batch = (order: readonly CallId[]) =>
      advance(
        order.map((callId) => {
          const peerId = newPeerId();
          return {
            callId,
            event: eventOf("join", { peerId, epoch: epoch(1) }),
            tokens: new Map([[peerId, tokensOf(peerId)]]),
          };
        }),
      );
    await Promise.all([batch(callIds), batch(callIds.toReversed()), batch(callIds.toSorted())]);
    const now = await loadCalls(database.connection, callIds);
    expect([...now.values()].map(({ version, peers }) => [version, peers.length])).toEqual(callIds.map(() => [2, 2]));
  });
});

const tokensOf = (peerId: PeerId) => ({ reconnectHash: Buffer.from(peerId), freshReconnectHash: null });

function eventOf(type: CallEventName, claim: { peerId: PeerId; epoch: ReturnType<typeof epoch> }): CallEvent {
  switch (type) {
    case "join":
    case "reconnect":
      return { type, peerId: claim.peerId, ownerNode: ownerNode("node_here") };
    case "rejoin":
      return { type, peerId: claim.peerId, ownerNode: ownerNode("node_here"), isSameAttempt: true };
    case "leave":
    case "disconnect":
    case "withdraw":
      return { type, ...claim };
    case "settle":
    case "terminate":
      return { type };
  }
}
