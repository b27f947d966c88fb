import { type Connection, callPeers, onPrimary, query } from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId } from "@radist-tech/protocol";
import { and, inArray } from "drizzle-orm";

/** Where a peer is, by the database. Nothing is said of the node of one that has no socket. */
export type PeerLocation =
  | { readonly isConnected: true; readonly nodeId: NodeId; readonly epoch: Epoch }
  | { readonly isConnected: false };

/** A peer of a call. */
interface CallPeer {
  readonly callId: CallId;
  readonly peerId: PeerId;
}

export const nameOfPeer = ({ callId, peerId }: CallPeer): string => `${callId} ${peerId}`;

/**
 * Where peers of calls are, by the names of {@link nameOfPeer}, all in one statement. Peers that their calls do not have
 * are not connected.
 *
 * @throws {DatabaseUnavailable}
 */
export async function locatePeers(
  connection: Connection,
  wanted: readonly CallPeer[],
): Promise<Map<string, PeerLocation>> {
  const located = new Map<string, PeerLocation>(wanted.map((peer) => [nameOfPeer(peer), { isConnected: false }]));
  const callIds = [...new Set(wanted.map(({ callId }) => callId))];
  const peerIds = [...new Set(wanted.map(({ peerId }) => peerId))];
  const rows = await query(
    connection.db
      .select({
        callId: callPeers.callId,
        peerId: callPeers.peerId,
        status: callPeers.status,
        nodeId: callPeers.nodeId,
        epoch: callPeers.epoch,
      })
      .from(callPeers)
      .where(and(inArray(callPeers.callId, callIds), inArray(callPeers.peerId, peerIds), onPrimary)),
  );
  for (const { callId, peerId, status, nodeId, epoch } of rows) {
    // Each of the peers may be in any of the calls.
    const name = nameOfPeer({ callId: callId as CallId, peerId: peerId as PeerId });
    if (status !== "connected" || !located.has(name)) continue;
    located.set(name, { isConnected: true, nodeId: nodeId as NodeId, epoch: epoch as Epoch });
  }
  return located;
}
