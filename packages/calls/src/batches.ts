import { isUnavailable } from "@radist-tech/db";
import type { CallInput } from "./advance.ts";

/** Large enough to save round trips, and small enough that nobody waits long for a call in a batch. */
export const BATCH = 200;

interface Batches {
  /** Finds up to {@link BATCH} events that are due. */
  readonly find: () => Promise<readonly CallInput[]>;
  /** @returns how many of them changed something */
  readonly store: (inputs: readonly CallInput[]) => Promise<number>;
}

/**
 * Works through all that is due. When a batch fails, its calls are done one by one, so that one that cannot be stored
 * does not keep the others waiting.
 *
 * @throws {AggregateError} when all others are done
 * @throws {DatabaseUnavailable} at once
 */
export async function workThrough({ find, store }: Batches, signal: AbortSignal): Promise<void> {
  const failed = new Set<string>();
  const errors: unknown[] = [];
  while (!signal.aborted) {
    const found = await find();
    const inputs = found.filter(({ callId }) => !failed.has(callId));
    const done = await attempt(store, inputs, (callId, error) => {
      failed.add(callId);
      errors.push(error);
    });
    if (found.length < BATCH || done === 0) break;
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} calls could not be stored.`);
}

async function attempt(
  store: Batches["store"],
  inputs: readonly CallInput[],
  onFailure: (callId: string, error: unknown) => void,
): Promise<number> {
  const [only, ...others] = inputs;
  if (!only) return 0;
  try {
    return await store(inputs);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    if (others.length > 0) {
      let done = 0;
      for (const input of inputs) done += await attempt(store, [input], onFailure);
      return done;
    }
    onFailure(only.callId, error);
    return 0;
  }
}
