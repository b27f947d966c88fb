import {
  Batching,
  type BoundStatement,
  bind,
  type Connection,
  callTokens,
  endWith,
  execute,
  hexOf,
  isUnavailable,
  recordset,
  statement,
  type Transaction,
  transact,
} from "@radist-tech/db";
import type { CallId } from "@radist-tech/protocol";
import { type Closing, closing } from "@radist-tech/usage";
import { sql } from "drizzle-orm";
import { CallSteps } from "./advance.ts";
import type { CallLimits } from "./call.ts";
import { holding } from "./held-signals.ts";
import { LOCK, LOCK_FREE, READ, toLocked } from "./load.ts";
import { closingUpTo, LOST, type PeerSession } from "./sessions.ts";
import type { DoneStep } from "./step.ts";

/** Where and under which limits a departure is stored. */
export interface DepartureContext {
  readonly connection: Connection;
  readonly limits: CallLimits;
  /** Hears of a step that was stored after its caller had given up. */
  readonly onLate: (done: DoneStep) => void;
}

/**
 * A peer says that it leaves.
 *
 * @returns nothing when it has left already, in whichever way, or another socket has claimed it
 * @throws {DatabaseUnavailable}
 */
export const leaveCall = (context: DepartureContext, peer: PeerSession): Promise<DoneStep | undefined> =>
  depart(context, { peer, type: "leave", reason: "left" });

/**
 * The socket of a peer was lost.
 *
 * @param undelivered frames that its client may not have received: they wait for it, ahead of all that comes while it
 *   is away
 * @returns nothing when the peer is not connected under this claim any more
 * @throws {DatabaseUnavailable}
 */
export const disconnectPeer = (
  context: DepartureContext,
  peer: PeerSession,
  undelivered: readonly string[],
): Promise<DoneStep | undefined> => depart(context, { peer, type: "disconnect", reason: LOST, undelivered });

/**
 * Takes back a join that was stored after its caller had given up: seat and token are free again.
 *
 * @throws {DatabaseUnavailable}
 */
export const withdrawJoin = (
  context: DepartureContext,
  peer: PeerSession,
  tokenHash: Uint8Array,
): Promise<DoneStep | undefined> => depart(context, { peer, type: "withdraw", reason: "withdrawn", tokenHash });

interface Departure {
  readonly peer: PeerSession;
  readonly type: "leave" | "disconnect" | "withdraw";
  /** Why its session in the ledger ends. */
  readonly reason: string;
  readonly undelivered?: readonly string[];
  readonly tokenHash?: Uint8Array;
}

interface Asked {
  readonly context: DepartureContext;
  readonly departure: Departure;
}

/** Somebody else has the call under lock: the departure is stored on its own. */
const BUSY = Symbol("busy");
type Departed = DoneStep | undefined;

/** So many are stored in one transaction. */
const MAX_BATCH = 200;
/** So many wait at once for a call that somebody else has: the rest of the pool is for all others. */
const ALONE_AT_ONCE = 4;

interface Departing {
  readonly together: Batching<Asked, Departed | typeof BUSY>;
  readonly alone: Batching<Asked, Departed | typeof BUSY>;
}

const departing = new WeakMap<Connection, Departing>();

function departingBy(connection: Connection): Departing {
  const known = departing.get(connection);
  if (known) return known;
  const begun: Departing = {
    together: new Batching({ maxBatch: MAX_BATCH, atOnce: 1, answer: (asked) => departBatch(connection, asked) }),
    alone: new Batching({
      maxBatch: 1,
      atOnce: ALONE_AT_ONCE,
      answer: async (asked) => (await departAll(connection, asked, LOCK)).map(fulfilled),
    }),
  };
  departing.set(connection, begun);
  return begun;
}

const fulfilled = <T>(value: T) => ({ status: "fulfilled" as const, value });

async function depart(context: DepartureContext, departure: Departure): Promise<Departed> {
  const { together, alone } = departingBy(context.connection);
  const asked = { context, departure };
  const departed = await together.ask(asked);
  if (departed !== BUSY) return departed;
  const stored = await alone.ask(asked);
  return stored === BUSY ? undefined : stored;
}

async function departBatch(
  connection: Connection,
  asked: readonly Asked[],
): Promise<PromiseSettledResult<Departed | typeof BUSY>[]> {
  try {
    return (await departAll(connection, asked, LOCK_FREE)).map(fulfilled);
  } catch (error) {
    if (isUnavailable(error) || asked.length === 1) throw error;
    // One that cannot be stored does not keep the others.
    return asked.map(() => fulfilled(BUSY));
  }
}

function departAll(
  connection: Connection,
  asked: readonly Asked[],
  lock: typeof LOCK,
): Promise<(Departed | typeof BUSY)[]> {
  const callIds = [...new Set(asked.map(({ departure }) => departure.peer.callId))];
  const work = async (tx: Transaction) => {
    const [rows, read] = await Promise.all([execute(tx, lock, callIds), execute(tx, READ, callIds)]);
    const known = new Set<CallId>(read.known);
    const departures = new DepartureBatch(new CallSteps(toLocked(rows, read)));
    const departed = asked.map((each) => (known.has(each.departure.peer.callId) ? departures.take(each) : undefined));
    await endWith(tx, departures.storing());
    return departed;
  };
  const onLate = (departed: readonly (Departed | typeof BUSY)[]): void => {
    for (const [index, done] of departed.entries()) if (done && done !== BUSY) asked[index]?.context.onLate(done);
  };
  return transact(connection, work, { onLate });
}

/** Departures that are stored in one transaction, decided one after the other. */
class DepartureBatch {
  readonly #calls: CallSteps;
  /** By their peers: the first reason counts. */
  readonly #closings = new Map<string, Closing>();
  readonly #ended: { peer: PeerSession; endedAt: Date }[] = [];
  readonly #held: { target: PeerSession; frames: readonly string[] }[] = [];
  readonly #unused: { hash: string | null }[] = [];

  constructor(calls: CallSteps) {
    this.#calls = calls;
  }

  take({ context: { limits }, departure }: Asked): Departed | typeof BUSY {
    const { peer, type, reason, undelivered = [], tokenHash } = departure;
    const { callId, peerId, epoch } = peer;
    const call = this.#calls.callOf(callId);
    if (!call) return BUSY;
    const input = { callId, event: { type, peerId, epoch } } as const;
    const next = this.#calls.stepOf(input, limits);
    if (next.outcome !== "done") {
      if (call.state === "tombstoned") this.#ended.push({ peer, endedAt: call.at });
      return undefined;
    }
    this.#calls.take(input, next);
    if (!this.#closings.has(peerId)) {
      this.#closings.set(peerId, { subjectId: callId, peerId, reason, agoMs: peer.silentMs });
    }
    this.#held.push({ target: peer, frames: undelivered });
    if (tokenHash) this.#unused.push({ hash: hexOf(tokenHash) });
    return next;
  }

  storing(): BoundStatement[] {
    return [
      ...this.#calls.saving(),
      ...closing([...this.#closings.values()]),
      ...closingUpTo(this.#ended),
      ...holding(this.#held),
      ...(this.#unused.length === 0 ? [] : [bind(RESTORE_TOKENS, this.#unused)]),
    ];
  }
}

const RESTORE_TOKENS = statement<readonly unknown[]>(
  (input) => sql`update ${callTokens} set used_at = null, peer_id = null, attempt_hash = null
    from ${recordset(input, "unused", { hash: callTokens.hash })} where ${callTokens.hash} = unused.hash`,
);
