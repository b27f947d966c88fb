import { type BoundStatement, endWith, type Transaction } from "@radist-tech/db";
import type { CallId, PeerId } from "@radist-tech/protocol";
import type { Call, CallLimits } from "./call.ts";
import type { LockedCalls, PeerTokens } from "./load.ts";
import { type CallChange, saving } from "./save.ts";
import { type CallEvent, type DoneStep, type Step, step } from "./step.ts";

/** An event of one call. */
export interface CallInput {
  readonly callId: CallId;
  readonly event: CallEvent;
  /** Of the peer that joins or reconnects. */
  readonly tokens?: ReadonlyMap<PeerId, PeerTokens>;
}

/** Calls that are under lock, on their way through events; nothing of it is stored yet. */
export class CallSteps {
  readonly #locked: LockedCalls;
  readonly #changes = new Map<CallId, CallChange>();

  constructor(locked: LockedCalls) {
    this.#locked = locked;
  }

  get at(): Date {
    return this.#locked.at;
  }

  /** A call as its events so far have left it; nothing when it is not under lock. */
  callOf(callId: CallId): Call | undefined {
    return this.#changes.get(callId)?.after ?? this.#locked.byId.get(callId)?.call;
  }

  tokensOf(callId: CallId, peerId: PeerId): PeerTokens | undefined {
    return this.#changes.get(callId)?.tokens?.get(peerId) ?? this.#locked.byId.get(callId)?.tokens.get(peerId);
  }

  /** What an event would make of its call; an unknown call is `stale`. */
  stepOf({ callId, event }: CallInput, limits: CallLimits): Step {
    const call = this.callOf(callId);
    return call ? step(call, event, this.at, limits) : { outcome: "stale" };
  }

  /** The event has happened. */
  take({ callId, tokens }: CallInput, next: DoneStep): void {
    const before = this.#locked.byId.get(callId);
    const earlier = this.#changes.get(callId);
    const facts = [...(earlier?.facts ?? []), ...next.facts];
    const renewed = new Map([...(earlier?.tokens ?? []), ...(tokens ?? [])]);
    this.#changes.set(callId, { before, after: next.call, facts, tokens: renewed });
  }

  /** Statements that store what has happened. */
  saving(): BoundStatement[] {
    return saving([...this.#changes.values()]);
  }
}

/**
 * Takes calls that are under lock through their events, in order, and ends the transaction by storing what comes of it.
 *
 * @param also statements that are stored together with the steps
 * @returns a step for each input; an unknown call is `stale`
 */
export async function advanceCalls(
  tx: Transaction,
  locked: LockedCalls,
  inputs: readonly CallInput[],
  limits: CallLimits,
  also: (steps: readonly Step[]) => readonly BoundStatement[] = () => [],
): Promise<Step[]> {
  const calls = new CallSteps(locked);
  const steps = inputs.map((input): Step => {
    const next = calls.stepOf(input, limits);
    if (next.outcome === "done") calls.take(input, next);
    return next;
  });
  await endWith(tx, [...calls.saving(), ...also(steps)]);
  return steps;
}

/** Those that changed something: an event that came late, or under an old claim, does not. */
export const doneSteps = (steps: readonly Step[]): DoneStep[] => steps.filter((one) => one.outcome === "done");
