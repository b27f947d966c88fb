import { locatePeers, nameOfPeer, type PeerLocation } from "@radist-tech/calls";
import type { CallId, PeerId } from "@radist-tech/protocol";
import { PacedLookup } from "@radist-tech/runtime";
import type { NodeContext } from "../node/context.ts";

/** Whom a signal is for. */
export interface Target {
  readonly callId: CallId;
  readonly peerId: PeerId;
}

/**
 * Asks the database where peers are whose nodes are silent: without the bus that is every peer of another node, and all
 * signals that wait share one query.
 */
export type PeerLocator = PacedLookup<Target, PeerLocation>;

export const createPeerLocator = ({ connection, logger }: NodeContext): PeerLocator =>
  new PacedLookup({ keyOf: nameOfPeer, read: (targets) => locatePeers(connection, targets), logger });
