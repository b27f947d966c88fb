import {
  type BoundStatement,
  type Connection,
  calls,
  endWith,
  onPrimary,
  query,
  transact,
  usageSessions,
} from "@radist-tech/db";
import type { CallId, Epoch, PeerId } from "@radist-tech/protocol";
import { closingById } from "@radist-tech/usage";
import { and, eq, isNotNull } from "drizzle-orm";

/** Why a session was closed whose peer lost its socket, as its node said. */
export const LOST = "disconnected";

/** A peer whose socket this node holds or has just lost, and its session in the usage ledger. */
export interface PeerSession {
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
  /** Missing where the answer to its admission was lost. */
  readonly sessionId?: string;
  /** Milliseconds since anything last arrived from its client; infinite when that is unknown. */
  readonly silentMs: number;
}

/**
 * Whether the loss of a peer's socket was stored, with what waited for its client, though the answer was lost.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isLossStored(connection: Connection, { sessionId }: PeerSession): Promise<boolean> {
  if (sessionId === undefined) return false;
  const thisLoss = and(eq(usageSessions.id, sessionId), eq(usageSessions.closeReason, LOST), onPrimary);
  return (await query(connection.db.$count(usageSessions, thisLoss))) === 1;
}

/**
 * Closes the session of a peer whose call the API has ended. The API leaves it open: only the peer's node knows until
 * when the peer was there, at most until the call ended.
 */
export async function closeTerminatedSession(connection: Connection, peer: PeerSession): Promise<void> {
  await transact(connection, async (tx) => {
    const [ended] = await tx
      .select({ at: calls.tombstonedAt })
      .from(calls)
      .where(and(eq(calls.id, peer.callId), isNotNull(calls.tombstonedAt)));
    if (ended?.at) await endWith(tx, closingUpTo([{ peer, endedAt: ended.at }]));
  });
}

/** Statements that close sessions of peers whose calls have ended. */
export const closingUpTo = (
  ended: readonly { readonly peer: PeerSession; readonly endedAt: Date }[],
): BoundStatement[] =>
  closingById(
    ended.flatMap(({ peer: { sessionId, silentMs }, endedAt }) =>
      sessionId === undefined ? [] : { sessionId, reason: "terminated", agoMs: silentMs, notAfter: endedAt },
    ),
  );
