import { loadPeersOf, type PeerOfCall } from "@radist-tech/calls";
import { type NodeContext, ownerNode } from "../node/context.ts";
import type { Departures } from "./departures.ts";

const claimOf = ({ peerId, epoch }: PeerOfCall): string => `${peerId} ${epoch}`;

/**
 * Compares the peers that the database says are connected to this node with its sockets: one without a socket, as an
 * unanswered COMMIT leaves it, is disconnected once two comparisons in a row have found it.
 */
export class SocketlessPeers {
  readonly #node: NodeContext;
  readonly #departures: Departures;
  #suspects = new Set<string>();

  constructor(node: NodeContext, departures: Departures) {
    this.#node = node;
    this.#departures = departures;
  }

  /** @throws {DatabaseUnavailable} */
  async compare(): Promise<void> {
    const { connection, attachedPeers, logger } = this.#node;
    const rows = await loadPeersOf(connection, ownerNode(this.#node));
    const without = rows.filter(
      (row) =>
        attachedPeers.get(row.peerId)?.epoch !== row.epoch &&
        !attachedPeers.isAdmitting(row.peerId) &&
        !this.#departures.areStoring(row.peerId),
    );
    const lost = without.filter((row) => this.#suspects.has(claimOf(row)));
    this.#suspects = new Set(without.map(claimOf));
    for (const row of lost) {
      logger.warn({ callId: row.callId, peerId: row.peerId }, "a connected peer has no socket here");
      this.#departures.lose({ ...row, silentMs: Number.POSITIVE_INFINITY }, []);
    }
  }
}
