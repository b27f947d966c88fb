import type { Call } from "@radist-tech/calls";
import { catchUp, snapshot, toCall, toMessages, view } from "@radist-tech/calls";
import { callPeers, calls, query } from "@radist-tech/db";
import type { CallId, CallSnapshot } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import { eq, inArray } from "drizzle-orm";
import type { NodeContext } from "../node/context.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";

/** Calls are asked for together, up to so many in a query. */
const BATCH = 200;

/** Brings seats up to the truth in the database: after a missed event, a lost bus, a lapsed lease. */
export class Reconciler {
  readonly #node: NodeContext;
  readonly #detach: (attached: AttachedPeer, takenOverIn?: CallSnapshot) => void;
  readonly #wanted = new Set<AttachedPeer>();
  #isRunning = false;

  /** @param letGo ends a seat that is not this node's any more, of a call in which another socket may have taken it over */
  constructor(node: NodeContext, detach: (attached: AttachedPeer, takenOverIn?: CallSnapshot) => void) {
    this.#node = node;
    this.#detach = detach;
  }

  /** Soon, together with others that want it. */
  reconcile(attached: AttachedPeer): void {
    this.#wanted.add(attached);
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Behind this turn, so that its events gather.
    setImmediate(() => void this.#run());
  }

  /**
   * Compares every seat of this node with the database; resolves when all have been.
   *
   * @throws {DatabaseUnavailable}
   */
  async reconcileAll(): Promise<void> {
    this.#node.attachedPeers.doubtAdmissions();
    const attachedPeers = [...this.#node.attachedPeers];
    for (let from = 0; from < attachedPeers.length; from += BATCH)
      await this.#compare(attachedPeers.slice(from, from + BATCH));
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0) {
      const batch = [...this.#wanted].slice(0, BATCH);
      for (const attached of batch) this.#wanted.delete(attached);
      try {
        await this.#compare(batch);
      } catch (error) {
        // The periodic comparison comes by again.
        this.#node.logger.warn({ err: error, peers: batch.length }, "could not catch up with the database");
      }
    }
    this.#isRunning = false;
  }

  async #compare(attachedPeers: readonly AttachedPeer[]): Promise<void> {
    const found = await this.#load([...new Set(attachedPeers.map(({ callId }) => callId))]);
    this.#node.metrics.catchUps.inc(found.size);
    for (const attached of attachedPeers) {
      if (this.#node.attachedPeers.get(attached.peerId) !== attached) continue;
      const call = found.get(attached.callId);
      if (call) this.#update(attached, call);
    }
  }

  #update(attached: AttachedPeer, call: Call): void {
    // A step of this node may have been told while the query was under way.
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

  async #load(callIds: CallId[]): Promise<Map<CallId, Call>> {
    const { db } = this.#node.connection;
    // One statement, so that version and peers are of one moment.
    const rows = await query(
      db
        .select()
        .from(calls)
        .leftJoin(callPeers, eq(callPeers.callId, calls.id))
        .where(inArray(calls.id, callIds))
        .orderBy(callPeers.joinedAt, callPeers.peerId),
    );
    const byCall = Map.groupBy(rows, (row) => row.calls.id as CallId);
    return new Map(
      [...byCall].flatMap(([callId, group]) => {
        const [first] = group;
        const peers = group.flatMap((row) => row.call_peers ?? []);
        return first ? [[callId, toCall(first.calls, peers)] as const] : [];
      }),
    );
  }
}
