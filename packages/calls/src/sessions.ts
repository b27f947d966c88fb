import { type Connection, calls, onPrimary, query, type Transaction, transact, usageSessions } from "@radist-tech/db";
import type { CallId, Epoch, PeerId } from "@radist-tech/protocol";
import { closeSession, closeSessionById, openSession } from "@radist-tech/usage";
import { and, eq, isNotNull } from "drizzle-orm";
import type { Call, Peer } from "./call.ts";

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
 * Opens the usage session of a peer, in the transaction that seats it.
 *
 * @param superseded its earlier socket was connected until now; `silentMs` since that was last heard, as far as this
 *   node knows
 * @returns the id of the session
 */
export async function openPeerSession(
  tx: Transaction,
  { callId, projectId }: Call,
  { peerId, ownerNode }: Peer,
  superseded: { readonly silentMs: number } | undefined,
): Promise<string> {
  if (superseded) await closeSession(tx, { subjectId: callId, peerId }, "superseded", superseded.silentMs);
  return openSession(tx, { projectId, kind: "p2p", subjectId: callId, peerId, identity: null }, ownerNode);
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
    if (ended?.at) await closeSessionUpTo(tx, peer, ended.at);
  });
}

export async function closeSessionUpTo(
  tx: Transaction,
  { sessionId, silentMs }: PeerSession,
  endedAt: Date,
): Promise<void> {
  if (sessionId === undefined) return;
  await closeSessionById(tx, sessionId, "terminated", { agoMs: silentMs, notAfter: endedAt });
}
