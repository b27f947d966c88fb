import { type Connection, callPeers, query } from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId } from "@radist-tech/protocol";
import { and, inArray } from "drizzle-orm";

/** Where a peer is, by the database. Nothing is said of the node of one that has no socket. */
export type PeerLocation =
  | { readonly isConnected: true; readonly nodeId: NodeId; readonly epoch: Epoch }
  | { readonly isConnected: false };

/**
 * Where peers of calls are, all in one statement. Peers that their calls do not have are not connected.
 *
 * @throws {DatabaseUnavailable}
 */
export async function locatePeers(
  connection: Connection,
  wanted: readonly { readonly callId: CallId; readonly peerId: PeerId }[],
): Promise<Map<PeerId, PeerLocation>> {
  const located = new Map<PeerId, PeerLocation>(wanted.map(({ peerId }) => [peerId, { isConnected: false }]));
  const callIds = [...new Set(wanted.map(({ callId }) => callId))];
  const rows = await query(
    connection.db
      .select({
        peerId: callPeers.peerId,
        status: callPeers.status,
        nodeId: callPeers.nodeId,
        epoch: callPeers.epoch,
      })
      .from(callPeers)
      .where(and(inArray(callPeers.callId, callIds), inArray(callPeers.peerId, [...located.keys()]))),
  );
  for (const { peerId, status, nodeId, epoch } of rows) {
    if (status !== "connected") continue;
    located.set(peerId as PeerId, { isConnected: true, nodeId: nodeId as NodeId, epoch: epoch as Epoch });
  }
  return located;
}
