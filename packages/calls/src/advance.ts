import type { Transaction } from "@radist-tech/db";
import type { CallId, PeerId } from "@radist-tech/protocol";
import type { CallLimits } from "./call.ts";
import type { LockedCalls, PeerTokens } from "./load.ts";
import { type CallChange, saveCalls } from "./save.ts";
import { type CallEvent, type DoneStep, type Step, step } from "./step.ts";

/** An event of one call. */
export interface CallInput {
  readonly callId: CallId;
  readonly event: CallEvent;
  /** Of the peer that joins or reconnects. */
  readonly tokens?: ReadonlyMap<PeerId, PeerTokens>;
}

/**
 * Takes calls that are under lock through their events, in order, and stores what comes of it.
 *
 * @param also is stored together with the steps
 * @returns a step for each input; an unknown call is `stale`
 */
export async function advanceCalls(
  tx: Transaction,
  { byId, at }: LockedCalls,
  inputs: readonly CallInput[],
  limits: CallLimits,
  also?: (steps: readonly Step[]) => Promise<unknown>,
): Promise<Step[]> {
  const changes = new Map<CallId, CallChange>();
  const steps = inputs.map(({ callId, event, tokens }): Step => {
    const before = byId.get(callId);
    if (!before) return { outcome: "stale" };
    const earlier = changes.get(callId);
    const next = step(earlier?.after ?? before.call, event, at, limits);
    if (next.outcome !== "done") return next;
    const facts = [...(earlier?.facts ?? []), ...next.facts];
    const renewed = new Map([...(earlier?.tokens ?? []), ...(tokens ?? [])]);
    changes.set(callId, { before, after: next.call, facts, tokens: renewed });
    return next;
  });
  await Promise.all([saveCalls(tx, [...changes.values()]), also?.(steps)]);
  return steps;
}

/** Those that changed something: an event that came late, or under an old claim, does not. */
export const doneSteps = (steps: readonly Step[]): DoneStep[] => steps.filter((one) => one.outcome === "done");
