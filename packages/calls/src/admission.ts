import {
  Batching,
  type Connection,
  endWith,
  execute,
  isUnavailable,
  type Transaction,
  transact,
} from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import {
  AdmissionBatch,
  type AdmissionRequest,
  type Admitted,
  Busy,
  type Outcome,
  rejected,
} from "./admission-batch.ts";
import { LOCK, LOCK_FREE, type Presented, READ } from "./admission-rows.ts";
import { CallSteps } from "./advance.ts";
import { decodePeer, toLockedCalls } from "./load.ts";

/** So many are admitted in one transaction. */
const MAX_BATCH = 200;
const ATTEMPTS = 5;

/** So many wait at once for a call that somebody else has: the rest of the pool is for all others. */
const ALONE_AT_ONCE = 4;

interface Admitting {
  readonly together: Batching<AdmissionRequest, Admitted>;
  readonly alone: Batching<AdmissionRequest, Admitted>;
}

const admitting = new WeakMap<Connection, Admitting>();

function admittingBy(connection: Connection): Admitting {
  const known = admitting.get(connection);
  if (known) return known;
  const begun: Admitting = {
    together: new Batching({ maxBatch: MAX_BATCH, atOnce: 1, answer: (requests) => admitBatch(connection, requests) }),
    alone: new Batching({
      maxBatch: 1,
      atOnce: ALONE_AT_ONCE,
      answer: (requests) => Promise.allSettled(requests.map((request) => admitAlone(connection, request))),
    }),
  };
  admitting.set(connection, begun);
  return begun;
}

/**
 * Admits a peer, together with those that come at the same time.
 *
 * @throws {Refusal} | {UnknownToken} | {DatabaseUnavailable}
 */
export async function admit(connection: Connection, request: AdmissionRequest): Promise<Admitted> {
  const { together, alone } = admittingBy(connection);
  try {
    return await together.ask(request);
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
  }
  return alone.ask(request);
}

async function admitBatch(connection: Connection, requests: readonly AdmissionRequest[]): Promise<Outcome[]> {
  try {
    return await admitAll(connection, requests, LOCK_FREE);
  } catch (error) {
    if (isUnavailable(error) || requests.length === 1) throw error;
    // One that cannot be stored does not keep the others out.
    return requests.map(() => rejected(new Busy()));
  }
}

async function admitAlone(connection: Connection, request: AdmissionRequest): Promise<Admitted> {
  for (let tries = 1; ; tries++) {
    const [outcome] = await admitAll(connection, [request], LOCK);
    if (outcome?.status === "fulfilled") return outcome.value;
    if (!(outcome?.reason instanceof Busy)) throw outcome?.reason;
    if (tries === ATTEMPTS) throw new Refusal("unavailable");
  }
}

function admitAll(
  connection: Connection,
  requests: readonly AdmissionRequest[],
  lock: typeof LOCK,
): Promise<Outcome[]> {
  const presented = presentedBy(requests);
  const work = async (tx: Transaction): Promise<Outcome[]> => {
    const [locks, rows] = await Promise.all([execute(tx, lock, presented), execute(tx, READ, presented)]);
    const peers = rows.peers.map(decodePeer);
    const calls = new CallSteps(toLockedCalls(locks.calls, peers, rows.at));
    const admissions = new AdmissionBatch(calls, rows, peers, new Set(locks.peers));
    const outcomes = requests.map((request) => admissions.admit(request));
    await endWith(tx, admissions.storing());
    return outcomes;
  };
  const onLate = (outcomes: readonly Outcome[]): void => {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") requests[index]?.onLate(outcome.value);
    }
  };
  // What all have given up is rolled back.
  return transact(connection, work, { onLate, isWanted: () => true });
}

function presentedBy(requests: readonly AdmissionRequest[]): Presented {
  const all = requests.map(({ credentials }) => credentials);
  return {
    joins: all.flatMap((one) => (one.kind === "join" ? { hash: one.hash, attemptHash: one.attemptHash } : [])),
    claims: all.flatMap((one) =>
      one.kind === "reconnect" ? { callId: one.callId, peerId: one.peerId, hash: one.hash } : [],
    ),
  };
}
