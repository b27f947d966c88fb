import { type Connection, callTokens, type Transaction, transact } from "@radist-tech/db";
import { closeSession } from "@radist-tech/usage";
import { eq } from "drizzle-orm";
import { advanceCalls } from "./advance.ts";
import type { CallLimits } from "./call.ts";
import { storeHeld } from "./held-signals.ts";
import { lockCalls } from "./load.ts";
import { closeSessionUpTo, LOST, type PeerSession } from "./sessions.ts";
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
  depart(context, peer, "leave", "left");

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
): Promise<DoneStep | undefined> => depart(context, peer, "disconnect", LOST, (tx) => storeHeld(tx, peer, undelivered));

/**
 * Takes back a join that was stored after its caller had given up: seat and token are free again.
 *
 * @throws {DatabaseUnavailable}
 */
export const withdrawJoin = (
  context: DepartureContext,
  peer: PeerSession,
  tokenHash: Uint8Array,
): Promise<DoneStep | undefined> =>
  depart(context, peer, "withdraw", "withdrawn", async (tx) => {
    await tx
      .update(callTokens)
      .set({ usedAt: null, peerId: null, attemptHash: null })
      .where(eq(callTokens.hash, tokenHash));
  });

function depart(
  { connection, limits, onLate }: DepartureContext,
  peer: PeerSession,
  type: "leave" | "disconnect" | "withdraw",
  closeReason: string,
  also?: (tx: Transaction) => Promise<void>,
): Promise<DoneStep | undefined> {
  const { callId, peerId, epoch } = peer;
  const work = async (tx: Transaction): Promise<DoneStep | undefined> => {
    const locked = await lockCalls(tx, [callId]);
    const before = locked.byId.get(callId)?.call;
    const input = { callId, event: { type, peerId, epoch } } as const;
    const [step] = await advanceCalls(tx, locked, [input], limits, async ([next]) => {
      if (next?.outcome === "done") {
        await Promise.all([closeSession(tx, { subjectId: callId, peerId }, closeReason, peer.silentMs), also?.(tx)]);
      } else if (before?.state === "tombstoned") await closeSessionUpTo(tx, peer, before.at);
    });
    return step?.outcome === "done" ? step : undefined;
  };
  return transact(connection, work, { onLate: (done) => done && onLate(done) });
}
