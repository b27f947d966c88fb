import { type Connection, callPeers, query } from "@radist-tech/db";
import { and, eq } from "drizzle-orm";
import type { PeerSession } from "./sessions.ts";

/**
 * The client of a peer has heard that it joined. No step of the call: nobody is told, and nothing has to wait for it.
 *
 * @throws {DatabaseUnavailable}
 */
export async function confirmPeer(
  { db }: Connection,
  { callId, peerId, epoch }: Pick<PeerSession, "callId" | "peerId" | "epoch">,
): Promise<void> {
  const thisClaim = and(eq(callPeers.callId, callId), eq(callPeers.peerId, peerId), eq(callPeers.epoch, epoch));
  await query(db.update(callPeers).set({ unconfirmedSince: null }).where(thisClaim));
}
