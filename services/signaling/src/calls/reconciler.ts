import { type Call, catchUp, loadCalls, snapshot, toMessages, view } from "@radist-tech/calls";
import type { CallSnapshot } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";

/** Maximum number of peers that are compared in one query. */
const BATCH = 200;

/** Brings attached peers up to what the database says: after a missed event, a bus outage, a lapsed lease. */
export class Reconciler {
  readonly #node: NodeContext;
  readonly #detach: (attached: AttachedPeer, takenOverIn?: CallSnapshot) => void;
  readonly #wanted = new Set<AttachedPeer>();
  #isRunning = false;

  /** @param detach ends a peer that this node does not own any more; with the call in which another socket claimed it */
  constructor(node: NodeContext, detach: (attached: AttachedPeer, takenOverIn?: CallSnapshot) => void) {
    this.#node = node;
    this.#detach = detach;
  }

  /** Soon, together with other peers that need it. */
  reconcile(attached: AttachedPeer): void {
    this.#wanted.add(attached);
    if (this.#isRunning) return;
    this.#isRunning = true;
    // At the end of this turn, so that peers that are affected by the same events share a query.
    setImmediate(() => void this.#run());
  }

  /**
   * Compares every peer of this node with the database; resolves when all have been compared.
   *
   * @throws {DatabaseUnavailable}
   */
  async reconcileAll(): Promise<void> {
    this.#node.attachedPeers.doubtAdmissions();
    const peers = [...this.#node.attachedPeers];
    for (let from = 0; from < peers.length; from += BATCH) await this.#compare(peers.slice(from, from + BATCH));
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0) {
      const batch = [...this.#wanted].slice(0, BATCH);
      for (const attached of batch) this.#wanted.delete(attached);
      try {
        await this.#compare(batch);
      } catch (error) {
        // The periodic comparison tries again.
        this.#node.logger.warn({ err: error, peers: batch.length }, "peers could not be compared with the database");
      }
    }
    this.#isRunning = false;
  }

  async #compare(peers: readonly AttachedPeer[]): Promise<void> {
    const found = await loadCalls(this.#node.connection, [...new Set(peers.map(({ callId }) => callId))]);
    this.#node.metrics.catchUps.inc(found.size);
    for (const attached of peers) {
      if (this.#node.attachedPeers.get(attached.peerId) !== attached) continue;
      const call = found.get(attached.callId);
      if (call) this.#update(attached, call);
    }
  }

  #update(attached: AttachedPeer, call: Call): void {
    // A step of this node may have been sent while the query was under way.
    if (call.version < attached.view.version) return;
    const own = call.peers.find(({ peerId }) => peerId === attached.peerId);
    if (call.state === "tombstoned") {
      this.#node.attachedPeers.remove(attached);
      attached.release(call.reason, snapshot(call));
    } else if (own?.status !== "connected" || own.epoch !== attached.epoch) {
      this.#detach(attached, own && own.epoch > attached.epoch ? snapshot(call) : undefined);
    } else {
      const known: CallView = attached.view;
      attached.view = view(call);
      for (const message of toMessages(call, catchUp(known, call, attached.peerId))) attached.send(message);
    }
  }
}
