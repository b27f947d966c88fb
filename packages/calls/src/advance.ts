import { type Connection, type Transaction, transact } from "@radist-tech/db";
import type { CallId } from "@radist-tech/protocol";
import { type Call, type CallEvent, type CallLimits, type Notification, step } from "./call.ts";
import { lockCall, saveCall } from "./store.ts";

/** A step that is stored; what it tells is still to be told. */
export interface Stored {
  readonly call: Call;
  readonly notify: readonly Notification[];
}

/** Events that need nothing but the call itself. */
export type PlainEvent = Exclude<CallEvent, { type: "join" | "reconnect" }>;

/**
 * Loads a call, advances it, stores it, in one transaction.
 *
 * @param options.also is stored together with the step
 * @param options.onLate hears of a step that was stored after its caller had given up
 * @returns nothing when the event found nothing to change, because it came late or under an old claim
 * @throws {DatabaseUnavailable}
 */
export function storeStep(
  connection: Connection,
  callId: CallId,
  event: PlainEvent,
  limits: CallLimits,
  options: { also?: (tx: Transaction) => Promise<void>; onLate: (stored: Stored) => void },
): Promise<Stored | undefined> {
  const work = async (tx: Transaction): Promise<Stored | undefined> => {
    const locked = await lockCall(tx, callId);
    if (!locked) return undefined;
    const next = step(locked.call, event, locked.at, limits);
    if (next.outcome !== "done") return undefined;
    await saveCall(tx, locked.call, next.call);
    await options.also?.(tx);
    return next;
  };
  return transact(connection, work, { onLate: (stored) => stored && options.onLate(stored) });
}
